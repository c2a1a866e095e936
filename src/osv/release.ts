/**
 * Whether a component's distribution is the release that an ecosystem of OSV names (OSV schema, "Defined ecosystems": `Debian:12`,
 * `Alpine:v3.19`, `Ubuntu:22.04:LTS`, `Red Hat:enterprise_linux:9::baseos`). `distro` is a package URL's: `debian-12`, `alpine-3.19.1`,
 * `3.19.1`. Null where either does not say.
 */
export function isOfRelease(ecosystem: string, distro: string | null): boolean | null {
  const [name, ...parts] = ecosystem.split(':');
  // One without releases, or a record for all of them.
  if (parts.length === 0) return true;
  const text = parts.join(':');
  if (isAddOn(name, text)) return ofPlatform(text, distro);
  const release = numbersIn(text);
  const own = numbersIn(distro ?? '');
  if (release === null || own === null) return null;
  return release.every((number, at) => own[at] === undefined || own[at] === number)
    ? own.length >= release.length || null
    : false;
}

/** Whether a vendor's name for a release is that of a product on top of its distribution, whose numbers are its own: `openshift:4.12::el8`. */
function isAddOn(name: string | undefined, release: string): boolean {
  if (name === 'Red Hat')
    return !/^(?:enterprise_linux|rhel_(?:eus|aus|tus|e4s|els)[a-z_]*)(?::|$)/.test(release);
  return name === 'SUSE' && !/\b(?:Linux Enterprise|Linux Micro|SLE)\b/i.test(release);
}

/** Which packages are of the product an SBOM does not say; that it is for another release of the distribution (`::el8`) is seen. */
function ofPlatform(release: string, distro: string | null): false | null {
  const [, platform] = /::el(\d+)/.exec(release) ?? [];
  const own = numbersIn(distro ?? '')?.[0];
  return platform !== undefined && own !== undefined && platform !== own ? false : null;
}

/** `[3, 19]` of `v3.19`: leading zeros stay, as 22.04 is no 22.4. */
function numbersIn(text: string): readonly string[] | null {
  // What stands behind the number too (`15 SP4`, `15.4`) is written in too many ways to be told apart.
  const [, numbers] = /^[^0-9]*([0-9]+(?:\.[0-9]+)*)(?![0-9])(?!.*SP)/i.exec(text) ?? [];
  return numbers?.split('.') ?? null;
}
