// Keeps the photo over a reload, in this browser: one in all for each page, for the tab that took it last.

const [STORE, KEY] = ["photo", "last"];

export async function keepPhoto(tab, { blob, name }, page = "atelier.tryon") {
  await asked(page, "readwrite", (store) => store.put({ tab, blob, name }, KEY));
}

// Returns {blob, name}, or null when the photo kept is of another tab.
export async function keptPhoto(tab, page = "atelier.tryon") {
  const kept = await asked(page, "readonly", (store) => store.get(KEY));
  return kept?.tab === tab ? kept : null;
}

// Browsers may refuse to keep anything; then a photo lasts as long as its page.
async function asked(page, mode, ask) {
  try {
    const base = await answer(Object.assign(indexedDB.open(page), { onupgradeneeded: ({ target }) => target.result.createObjectStore(STORE) }));
    const found = await answer(ask(base.transaction(STORE, mode).objectStore(STORE)));
    base.close();
    return found;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
