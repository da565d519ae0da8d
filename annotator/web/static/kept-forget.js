// Nobody is signed in here any more: forget an answer that the labelling page kept (`label-kept.js`).
if (!document.cookie.split("; ").some((pair) => pair.startsWith("csrf="))) localStorage.removeItem("label.kept");
