// The words of the page's language, handed over by the server in one attribute of <body>.
const words = JSON.parse(document.body.dataset.words);

/** Return the words of a key, with its places filled in. */
export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** Tell whether there are words under a key. */
export const knows = (key) => key in words;

/** Spell pieces of several products in one line; products with none are left out. */
export function goods(products, pieces) {
  return products
    .filter(({ id }) => pieces[id])
    .map(({ id, name, unit }) => say("goods", { product: name, pieces: pieces[id], unit }))
    .join(say("goods_joined"));
}
