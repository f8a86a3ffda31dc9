// A field for one picture: dropped, pasted, chosen or a sample; looked at before anything is sent, shown, and kept over a
// reload in this browser.

import { Problem } from "./client.js";
import { keepPhoto, keptPhoto } from "./kept.js";
import { $ } from "./page.js";
import { base64Of, openPhoto, wireFiles } from "./photo.js";

const MAX_MB = 10; // as the services take
const NONE = { blob: null, name: "" };

// Its nodes are those of the ids picture, drop, preview, drop-text and, where it can be taken away, picture-remove.
export class PictureField {
  picture = null; // {blob, name}
  #invitation = [...$("drop-text").childNodes];
  #tab;
  #chosen = false; // somebody has chosen or taken away a picture since the page was opened

  // page: under which name it is kept. changed() is called after every change; complain(text) tells what is wrong with a
  // file, "" that nothing is.
  constructor(page, { changed, complain }) {
    Object.assign(this, { page, changed, complain });
    wireFiles({ inputs: [$("picture")], drop: $("drop"), take: (file) => this.take(file) });
    $("picture-remove")?.addEventListener("click", () => this.drop());
  }

  async take(file, name = file.name || "The picture") {
    this.complain("");
    try {
      const { blob, bitmap } = await openPhoto(file, name, MAX_MB);
      bitmap.close();
      this.#chosen = true;
      this.#show({ blob, name });
      await keepPhoto(this.#tab, this.picture, this.page);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.complain(problem.message);
    }
  }

  async takeSample(file) {
    const answer = await fetch(`../samples/${file}`);
    if (!answer.ok) return this.complain("The sample cannot be fetched.");
    await this.take(await answer.blob(), file);
  }

  drop() {
    this.#chosen = true;
    this.#show(null);
    keepPhoto(this.#tab, NONE, this.page);
    $("picture").focus();
  }

  async restore(tab) {
    this.#tab = tab;
    const kept = await keptPhoto(tab, this.page);
    if (this.#chosen) return keepPhoto(tab, this.picture ?? NONE, this.page); // the hand was quicker than the browser
    this.#show(kept?.blob ? kept : null);
  }

  base64() {
    return base64Of(this.picture.blob);
  }

  #show(picture) {
    this.picture = picture;
    URL.revokeObjectURL($("preview").src);
    if (picture) $("preview").src = URL.createObjectURL(picture.blob);
    $("preview").hidden = !picture;
    if ($("picture-remove")) $("picture-remove").hidden = !picture;
    $("drop-text").replaceChildren(...(picture ? [picture.name] : this.#invitation));
    this.changed();
  }
}
