// Runs before the scripts of Label Studio's front end: lets their modules load without starting the application around the
// editor, and gives the <style> elements that the editor writes the nonce that the page's security policy asks for.
(() => {
  const nonce = document.currentScript.nonce;

  window.exports = () => {};
  window.APP_SETTINGS = {
    user: { id: 1 },
    hostname: "",
    collect_analytics: false,
    editor_keymap: {},
    feature_flags_default_value: false,
    feature_flags: {
      // Without this the editor cleans a text as if it were HTML: "<PHONE>" would vanish and every offset after it move.
      fflag_fix_leap_466_text_sanitization: true,
    },
  };

  // A queued chunk is [ids, modules, start]; without its third part it only brings modules. The runtime takes the queue over.
  const queue = [[["page"], {}, (require) => { window.editorModules = require; }]];
  queue.push = (chunk) => Array.prototype.push.call(queue, chunk.slice(0, 2));
  self.webpackChunklabelstudio = queue;

  if (nonce) {
    const createElement = Document.prototype.createElement;
    Document.prototype.createElement = function create(name, options) {
      const element = createElement.call(this, name, options);
      if (element instanceof HTMLStyleElement) element.nonce = nonce;
      return element;
    };
  }
})();
