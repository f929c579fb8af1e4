// rel="expect" is what `blocking` was widened for: https://html.spec.whatwg.org/multipage/links.html#link-type-expect
module.exports = {
  root: true,
  extends: ["html-validate:standard"],
  elements: ["html5", { link: { attributes: { blocking: { allowed: () => null } } } }],
};
