import { z } from 'zod';
import { list, text } from '../reading.ts';

export type Spdx2Version = '2.2' | '2.3';

/** SPDX 2.2 and 2.3, clause 7.10 "Package checksum": what 2.3 added comes last. */
const ALGORITHMS_2_2 = ['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'MD2', 'MD4', 'MD5', 'MD6'];
const ALGORITHMS_2_3 = [
  ...ALGORITHMS_2_2,
  'SHA3-256',
  'SHA3-384',
  'SHA3-512',
  'BLAKE2b-256',
  'BLAKE2b-384',
  'BLAKE2b-512',
  'BLAKE3',
  'ADLER32',
];

/** Clause 11.1 "Relationship". The first SPDX documents of Trivy have `DESCRIBE`. */
export const DESCRIBE = 'DESCRIBE';
const RELATIONSHIPS_2_2 = [
  DESCRIBE,
  'DESCRIBES',
  'DESCRIBED_BY',
  'CONTAINS',
  'CONTAINED_BY',
  'DEPENDS_ON',
  'DEPENDENCY_OF',
  'DEPENDENCY_MANIFEST_OF',
  'BUILD_DEPENDENCY_OF',
  'DEV_DEPENDENCY_OF',
  'OPTIONAL_DEPENDENCY_OF',
  'PROVIDED_DEPENDENCY_OF',
  'TEST_DEPENDENCY_OF',
  'RUNTIME_DEPENDENCY_OF',
  'EXAMPLE_OF',
  'GENERATES',
  'GENERATED_FROM',
  'ANCESTOR_OF',
  'DESCENDANT_OF',
  'VARIANT_OF',
  'DISTRIBUTION_ARTIFACT',
  'PATCH_FOR',
  'PATCH_APPLIED',
  'COPY_OF',
  'FILE_ADDED',
  'FILE_DELETED',
  'FILE_MODIFIED',
  'EXPANDED_FROM_ARCHIVE',
  'DYNAMIC_LINK',
  'STATIC_LINK',
  'DATA_FILE_OF',
  'TEST_CASE_OF',
  'BUILD_TOOL_OF',
  'DEV_TOOL_OF',
  'TEST_OF',
  'TEST_TOOL_OF',
  'DOCUMENTATION_OF',
  'OPTIONAL_COMPONENT_OF',
  'METAFILE_OF',
  'PACKAGE_OF',
  'AMENDS',
  'PREREQUISITE_FOR',
  'HAS_PREREQUISITE',
  'OTHER',
];
const RELATIONSHIPS_2_3 = [...RELATIONSHIPS_2_2, 'REQUIREMENT_DESCRIPTION_FOR', 'SPECIFICATION_FOR'];

/** Clause 7.21 "External reference": the JSON form has them with an underscore too. */
const CATEGORIES = [
  'SECURITY',
  'PACKAGE-MANAGER',
  'PACKAGE_MANAGER',
  'PERSISTENT-ID',
  'PERSISTENT_ID',
  'OTHER',
];

/** SPDX 2.3, clause 7.24 "Primary package purpose"; SPDX's own library for Python writes one with an underscore. */
const PURPOSES = [
  'APPLICATION',
  'FRAMEWORK',
  'LIBRARY',
  'CONTAINER',
  'OPERATING-SYSTEM',
  'OPERATING_SYSTEM',
  'DEVICE',
  'FIRMWARE',
  'SOURCE',
  'ARCHIVE',
  'FILE',
  'INSTALL',
  'OTHER',
];

/** Clause 8.3 "File type". */
const FILE_TYPES = [
  'SOURCE',
  'BINARY',
  'ARCHIVE',
  'APPLICATION',
  'AUDIO',
  'IMAGE',
  'TEXT',
  'VIDEO',
  'DOCUMENTATION',
  'SPDX',
  'OTHER',
];

const annotation = z.object({
  annotationDate: text,
  annotationType: z.enum(['REVIEW', 'OTHER']).optional(),
  annotator: text,
  comment: text,
});

const pointer = z.object({
  reference: z.string(),
  offset: z.int().optional(),
  lineNumber: z.int().optional(),
});

/** Texts that say nothing here, and yet must be some. */
const texts = list(z.string());

/**
 * The parts of a document of a version (SPDX 2.3, clauses 6 to 12): the kinds and words that its JSON schema allows. Of what that
 * requires, only what is needed to tell what a part is must be there; what else is left out is told as a problem.
 */
function partsOf(version: Spdx2Version) {
  const algorithms = version === '2.2' ? ALGORITHMS_2_2 : ALGORITHMS_2_3;
  const relationships = version === '2.2' ? RELATIONSHIPS_2_2 : RELATIONSHIPS_2_3;
  const checksum = z.object({ algorithm: z.enum(algorithms), checksumValue: z.string() });
  return {
    document: z.object({
      SPDXID: z.string(),
      dataLicense: z.string(),
      name: z.string(),
      documentNamespace: text,
      creationInfo: z.object({
        created: z.string(),
        creators: z.array(z.string()).min(1),
        licenseListVersion: text,
      }),
    }),
    package: z.object({
      SPDXID: z.string(),
      name: z.string(),
      versionInfo: text,
      supplier: text,
      originator: text,
      sourceInfo: text,
      downloadLocation: text,
      copyrightText: text,
      filesAnalyzed: z.boolean().nullish(),
      hasFiles: texts,
      primaryPackagePurpose: z.enum(PURPOSES).nullish(),
      licenseDeclared: text,
      licenseConcluded: text,
      licenseInfoFromFiles: texts,
      packageVerificationCode: z.object({ packageVerificationCodeValue: z.string() }).nullish(),
      checksums: list(checksum),
      externalRefs: list(
        z.object({
          referenceCategory: z.enum(CATEGORIES).optional(),
          referenceType: z.string(),
          referenceLocator: z.string(),
        }),
      ),
      annotations: list(annotation),
      attributionTexts: texts,
    }),
    file: z.object({
      SPDXID: z.string(),
      fileName: z.string(),
      checksums: list(checksum),
      fileTypes: list(z.enum(FILE_TYPES)),
      licenseConcluded: text,
      licenseInfoInFiles: texts,
      annotations: list(annotation),
    }),
    relationship: z.object({
      spdxElementId: z.string(),
      relationshipType: z.enum(relationships),
      relatedSpdxElement: z.string(),
    }),
    /** Lists that are held against the schema, and of which nothing is kept. */
    others: {
      annotations: annotation,
      documentDescribes: z.string(),
      externalDocumentRefs: z.object({ externalDocumentId: z.string(), spdxDocument: z.string(), checksum }),
      hasExtractedLicensingInfos: z.object({ licenseId: z.string(), extractedText: z.string() }),
      revieweds: z.object({ reviewDate: z.string() }),
      snippets: z.object({
        SPDXID: z.string(),
        name: text,
        snippetFromFile: z.string(),
        ranges: z.array(z.object({ startPointer: pointer, endPointer: pointer })).min(1),
      }),
    },
  };
}

export const SPDX2_PARTS = { '2.2': partsOf('2.2'), '2.3': partsOf('2.3') } as const;

export type Spdx2Package = z.output<(typeof SPDX2_PARTS)['2.3']['package']>;
export type Spdx2Relationship = z.output<(typeof SPDX2_PARTS)['2.3']['relationship']>;
