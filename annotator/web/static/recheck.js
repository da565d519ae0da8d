// Fills the field of words to mask from what is selected in the text; without it the words are typed.

const text = document.getElementById("text");
const words = document.getElementById("words");

document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  if (text && !selection.isCollapsed && text.contains(selection.anchorNode) && text.contains(selection.focusNode)) {
    words.value = selection.toString();
  }
});
