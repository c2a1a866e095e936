import type { Spdx2Document } from './spdx2.ts';

/** A package as tag-value spells it; lists are filled while its lines are read. */
interface Package {
  name: string;
  SPDXID?: string;
  versionInfo?: string;
  supplier?: string;
  primaryPackagePurpose?: string;
  checksums: { algorithm: string; checksumValue: string }[];
  externalRefs: { referenceType: string; referenceLocator: string }[];
}

/** Tags that begin another element than a package: what follows belongs to it. */
const OTHER_ELEMENTS = new Set(['FileName', 'SnippetSPDXID', 'LicenseID']);

const DOCUMENT_TAG = /^(SPDXVersion|DataLicense|SPDXID|DocumentName(space)?)[ \t]*:/;
/** How far into a text its first tag is looked for: comments before it are a few lines. */
const HEAD = 10_000;

/** Whether a text is SPDX in tag-value form: its first line that is neither empty nor a comment is a tag of the document. */
export function isTagValue(content: string): boolean {
  const lines = content
    .slice(0, HEAD)
    .split('\n')
    .map((line) => line.trim());
  return DOCUMENT_TAG.test(lines.find((line) => line !== '' && !line.startsWith('#')) ?? '');
}

/** Brings SPDX 2 in tag-value form (SPDX 2.3, clause 4.4) into the shape of its JSON form. */
export function parseTagValue(content: string): Spdx2Document {
  const packages: Package[] = [];
  const creators: string[] = [];
  const relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[] = [];
  const document = { spdxVersion: '', SPDXID: 'SPDXRef-DOCUMENT' };
  let created: string | null = null;
  let element: Package | 'document' | 'other' = 'document';
  for (const { tag, value } of tagsOf(content)) {
    if (tag === 'PackageName') {
      element = { name: value, checksums: [], externalRefs: [] };
      packages.push(element);
    } else if (OTHER_ELEMENTS.has(tag)) {
      element = 'other';
    } else if (tag === 'Relationship') {
      const [spdxElementId = '', relationshipType = '', relatedSpdxElement = ''] = value.split(/\s+/);
      relationships.push({ spdxElementId, relationshipType, relatedSpdxElement });
    } else if (typeof element === 'object') {
      setPackageTag(element, tag, value);
    } else if (element === 'document') {
      if (tag === 'SPDXVersion') document.spdxVersion = value;
      if (tag === 'SPDXID') document.SPDXID = value;
      if (tag === 'Creator') creators.push(value);
      if (tag === 'Created') created = value;
    }
  }
  return { ...document, creationInfo: { created, creators }, packages, relationships };
}

function setPackageTag(one: Package, tag: string, value: string): void {
  switch (tag) {
    case 'SPDXID':
      one.SPDXID = value;
      break;
    case 'PackageVersion':
      one.versionInfo = value;
      break;
    case 'PackageSupplier':
      one.supplier = value;
      break;
    case 'PrimaryPackagePurpose':
      one.primaryPackagePurpose = value;
      break;
    case 'PackageChecksum': {
      const [algorithm = '', checksumValue = ''] = value.split(/:\s*/);
      one.checksums.push({ algorithm, checksumValue });
      break;
    }
    case 'ExternalRef': {
      const [, referenceType = '', referenceLocator = ''] = value.split(/\s+/);
      one.externalRefs.push({ referenceType, referenceLocator });
      break;
    }
    default:
  }
}

/** Every `Tag: value`, one to a line; only `<text>…</text>` goes over several, and what is in it is no tag. */
function* tagsOf(content: string): Generator<{ tag: string; value: string }> {
  const line = /^[ \t]*(?:﻿)?([A-Za-z][A-Za-z0-9]*):[ \t]*(.*)$/gm;
  for (let match = line.exec(content); match !== null; match = line.exec(content)) {
    const [, tag = '', value = ''] = match;
    if (value.startsWith('<text>')) {
      const end = content.indexOf('</text>', match.index);
      line.lastIndex = end === -1 ? content.length : end;
    }
    yield { tag, value: value.trim() };
  }
}
