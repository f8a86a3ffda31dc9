// The pages of the console, one link each; and where the combined app is, which serves all of them.

const PAGES = {
  ring: ["Ring", "ring/ui/"],
  tryon: ["Try-on", "tryon/ui/tryon/"],
  models3d: ["3D", "ring/ui/models3d/"],
  images: ["Images", "image/dual-gen/ui/images/"],
};
// The image pipeline has three contracts, so its pages have a line of their own.
const IMAGE_PAGES = {
  images: ["Create", "image/dual-gen/ui/images/"],
  gallery: ["Gallery", "image/dual-gen/ui/gallery/"],
  scenes: ["From a photo", "image/json-from-image/ui/scenes/"],
  editor: ["Scene editor", "image/create-json/ui/editor/"],
};

// Everything before /ui/ is the contract's root: a page is on the contract's own port and under a prefix alike.
export function contractRoot(location = window.location) {
  return new URL(location.pathname.slice(0, location.pathname.lastIndexOf("/ui/") + 1), location.origin);
}

// Returns the combined app's root, with the native API. A contract's prefix (/ring/ui/…, /image/dual-gen/ui/…) is below
// it. A page on a contract's own port is told by ?api=http://host:port/, else by <meta name="atelier-api">, which gives
// the port on this host.
export function combinedRoot(location = window.location, meta = document.querySelector("meta[name=atelier-api]")?.content) {
  const contract = contractRoot(location);
  const named = new URLSearchParams(location.search).get("api");
  if (named && isOfThisHost(named, location)) return new URL(named.endsWith("/") ? named : `${named}/`);
  if (contract.pathname !== "/") return new URL(/\/image\/[^/]+\/$/.test(contract.pathname) ? "../../" : "../", contract);
  return new URL(meta ? `${location.protocol}//${location.hostname}${meta}/` : "/", location.origin);
}

// A link to this page must not be able to lead its visitors, and their key, to strangers.
function isOfThisHost(named, location) {
  if (!URL.canParse(named)) return false;
  const { protocol, hostname } = new URL(named);
  return /^https?:$/.test(protocol) && [location.hostname, "localhost", "127.0.0.1"].includes(hostname);
}

// Returns where a page of the image pipeline is. One of the same contract is beside this page, whatever port that has.
export function imagePage(name) {
  const [contract, path] = IMAGE_PAGES[name][1].split("/ui/");
  const here = document.querySelector("nav.subpages")?.dataset.page;
  const isBeside = here && IMAGE_PAGES[here][1].startsWith(`${contract}/`);
  return isBeside ? new URL(`ui/${path}`, contractRoot()) : new URL(`${contract}/ui/${path}`, combinedRoot());
}

function links(pages, here, addressOf) {
  return Object.keys(pages).map((name) => {
    const link = document.createElement("a");
    link.textContent = pages[name][0];
    link.href = name === here ? window.location.href : addressOf(name).href;
    if (name === here) link.setAttribute("aria-current", "page");
    return link;
  });
}

for (const nav of document.querySelectorAll("nav.pages")) {
  nav.replaceChildren(...links(PAGES, nav.dataset.page, (name) => new URL(PAGES[name][1], combinedRoot())));
  // A page below another one: that one is marked too, and remains a link.
  if (nav.dataset.within) nav.children[Object.keys(PAGES).indexOf(nav.dataset.within)].setAttribute("aria-current", "true");
}
for (const nav of document.querySelectorAll("nav.subpages")) nav.replaceChildren(...links(IMAGE_PAGES, nav.dataset.page, imagePage));
