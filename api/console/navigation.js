// The pages of the console, one link each; and where the combined app is, which serves all of them.

const PAGES = { ring: ["Ring", "ring/ui/"], tryon: ["Try-on", "tryon/ui/tryon/"], models3d: ["3D", "ring/ui/models3d/"] };

// Returns the combined app's root, with the native API. Under a contract's prefix (/ring/ui/…) it is one level above the
// contract. A page on a contract's own port is told by ?api=http://host:port/, else by <meta name="atelier-api">,
// which gives the port on this host.
export function combinedRoot(location = window.location, meta = document.querySelector("meta[name=atelier-api]")?.content) {
  const contract = location.pathname.slice(0, location.pathname.lastIndexOf("/ui/") + 1);
  const named = new URLSearchParams(location.search).get("api");
  if (named && isOfThisHost(named, location)) return new URL(named.endsWith("/") ? named : `${named}/`);
  if (contract !== "/") return new URL("../", new URL(contract, location.origin));
  return new URL(meta ? `${location.protocol}//${location.hostname}${meta}/` : "/", location.origin);
}

// A link to this page must not be able to lead its visitors, and their key, to strangers.
function isOfThisHost(named, location) {
  if (!URL.canParse(named)) return false;
  const { protocol, hostname } = new URL(named);
  return /^https?:$/.test(protocol) && [location.hostname, "localhost", "127.0.0.1"].includes(hostname);
}

function links(nav, root) {
  return Object.entries(PAGES).map(([name, [text, path]]) => {
    const link = document.createElement("a");
    link.textContent = text;
    const isHere = name === nav.dataset.page;
    link.href = isHere ? window.location.href : new URL(path, root).href;
    if (isHere) link.setAttribute("aria-current", "page");
    return link;
  });
}

for (const nav of document.querySelectorAll("nav.pages")) nav.replaceChildren(...links(nav, combinedRoot()));
