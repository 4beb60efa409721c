// What the page tells the map: addresses, words, products. See templates/_map.html.

/** Read the settings from the map's place in the page. */
export function settingsOf(place) {
  const data = place.dataset;
  return {
    ...data,
    basemaps: JSON.parse(data.basemaps),
    products: JSON.parse(data.products),
    words: JSON.parse(data.words),
    outlet: data.outlet ? JSON.parse(data.outlet) : null,
  };
}

/** Fill the gaps of a sentence: {n}. */
export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap));
}

/** Make an element; text is always text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Make one of the shapes that levels and availability have everywhere on the site. */
export function shape(settings, name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("class", `shape shape-${name}`);
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${settings.shapes}#${name}`);
  picture.append(use);
  return picture;
}

export const noMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
