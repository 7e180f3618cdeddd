// What has not all room is a stop for Tab, so that keys scroll it; all else is passed over.

function letKeysScroll(box, name, scrolls) {
  for (const [attribute, value] of Object.entries({ tabindex: 0, role: "group", "aria-label": name })) {
    if (scrolls) box.setAttribute(attribute, value);
    else box.removeAttribute(attribute);
  }
}
