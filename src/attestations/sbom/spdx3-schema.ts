import { z } from 'zod';
import { list, text } from '../reading.ts';

/** A reference to an element: its id, or the element itself written in place. */
const reference = z.union([
  z.string(),
  z.object({ spdxId: z.string().optional(), '@id': z.string().optional(), name: text }),
]);

/** SPDX 3.0.1, model/Core/Classes/CreationInfo. */
export const creationInfo = z.object({
  '@id': z.string().optional(),
  specVersion: text,
  created: text,
  createdBy: list(reference),
  createdUsing: list(reference),
});

/** SPDX 3.0.1, model/Core/Vocabularies/RelationshipType; the last three are of 3.0.0, which misspells one. */
const RELATIONSHIPS = [
  'affects',
  'amendedBy',
  'ancestorOf',
  'availableFrom',
  'configures',
  'contains',
  'coordinatedBy',
  'copiedTo',
  'delegatedTo',
  'dependsOn',
  'descendantOf',
  'describes',
  'doesNotAffect',
  'expandsTo',
  'exploitCreatedBy',
  'fixedBy',
  'fixedIn',
  'foundBy',
  'generates',
  'hasAddedFile',
  'hasAssessmentFor',
  'hasAssociatedVulnerability',
  'hasConcludedLicense',
  'hasDataFile',
  'hasDeclaredLicense',
  'hasDeletedFile',
  'hasDependencyManifest',
  'hasDistributionArtifact',
  'hasDocumentation',
  'hasDynamicLink',
  'hasEvidence',
  'hasExample',
  'hasHost',
  'hasInput',
  'hasMetadata',
  'hasOptionalComponent',
  'hasOptionalDependency',
  'hasOutput',
  'hasPrerequisite',
  'hasProvidedDependency',
  'hasRequirement',
  'hasSpecification',
  'hasStaticLink',
  'hasTest',
  'hasTestCase',
  'hasVariant',
  'invokedBy',
  'modifiedBy',
  'other',
  'packagedBy',
  'patchedBy',
  'publishedBy',
  'reportedBy',
  'republishedBy',
  'serializedInArtifact',
  'testedOn',
  'trainedOn',
  'underInvestigationFor',
  'usesTool',
  'hasInputs',
  'hasOutputs',
  'hasPrerequsite',
];

/** SPDX 3.0.1, model/Software/Vocabularies/SoftwarePurpose. */
const PURPOSES = [
  'application',
  'archive',
  'bom',
  'configuration',
  'container',
  'data',
  'device',
  'deviceDriver',
  'diskImage',
  'documentation',
  'evidence',
  'executable',
  'file',
  'filesystemImage',
  'firmware',
  'framework',
  'install',
  'library',
  'manifest',
  'model',
  'module',
  'operatingSystem',
  'other',
  'patch',
  'platform',
  'requirement',
  'source',
  'specification',
  'test',
];

/** SPDX 3.0.1, model/Core/Vocabularies/HashAlgorithm. */
const ALGORITHMS = [
  'adler32',
  'blake2b256',
  'blake2b384',
  'blake2b512',
  'blake3',
  'crystalsDilithium',
  'crystalsKyber',
  'falcon',
  'md2',
  'md4',
  'md5',
  'md6',
  'other',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha3_224',
  'sha3_256',
  'sha3_384',
  'sha3_512',
  'sha512',
];

/** SPDX 3.0.1, model/Core/Vocabularies/ExternalIdentifierType. */
const IDENTIFIERS = [
  'cpe22',
  'cpe23',
  'cve',
  'email',
  'gitoid',
  'other',
  'packageUrl',
  'securityOther',
  'swhid',
  'swid',
  'urlScheme',
];

/** What stands in place; where there is a reference to it in its stead, that is not followed. */
function inPlace<T extends z.ZodType<object>>(item: T) {
  return list(z.union([item, z.string().transform(() => null)])).transform((items) =>
    items.flatMap((one) => one ?? []),
  );
}

/** SPDX 3.0.1, model/Core/Classes/Element and its subclasses: the kinds and words that its JSON schema allows. */
export const element = z.object({
  type: z.string(),
  spdxId: z.string().optional(),
  '@id': z.string().optional(),
  name: text,
  creationInfo: z.union([z.string(), creationInfo], 'it must be a CreationInfo or the id of one').optional(),
  // SpdxDocument, software_Sbom
  rootElement: list(reference),
  software_sbomType: list(z.enum(['analyzed', 'build', 'deployed', 'design', 'runtime', 'source'])),
  // Relationship
  from: reference.optional(),
  to: list(reference),
  relationshipType: z.enum(RELATIONSHIPS).optional(),
  completeness: z.enum(['complete', 'incomplete', 'noAssertion']).nullish(),
  // software_Package
  software_packageVersion: text,
  software_packageUrl: text,
  software_primaryPurpose: z.enum(PURPOSES).nullish(),
  suppliedBy: reference.nullish(),
  simplelicensing_licenseExpression: text,
  software_contentIdentifier: list(z.unknown()),
  verifiedUsing: inPlace(z.object({ algorithm: z.enum(ALGORITHMS).optional(), hashValue: text })),
  externalIdentifier: inPlace(
    z.object({ externalIdentifierType: z.enum(IDENTIFIERS), identifier: z.string() }),
  ),
});

/** SPDX 3.0.1, model/Core/Classes/Relationship. */
export const relationship = element.refine(
  ({ from, to, relationshipType }) => from !== undefined && to.length > 0 && relationshipType !== undefined,
  'a relationship needs from, to and relationshipType',
);

export type Element = z.output<typeof element>;
export type Reference = z.output<typeof reference>;

/** The classes of SPDX 3.0.1 that are elements, in the order of its profiles. */
const ELEMENTS = new Set([
  'Agent',
  'Annotation',
  'Bom',
  'Bundle',
  'IndividualElement',
  'LifecycleScopedRelationship',
  'Organization',
  'Person',
  'Relationship',
  'SoftwareAgent',
  'SpdxDocument',
  'Tool',
  'software_File',
  'software_Package',
  'software_Sbom',
  'software_Snippet',
  'simplelicensing_LicenseExpression',
  'simplelicensing_SimpleLicensingText',
  'expandedlicensing_ConjunctiveLicenseSet',
  'expandedlicensing_CustomLicense',
  'expandedlicensing_CustomLicenseAddition',
  'expandedlicensing_DisjunctiveLicenseSet',
  'expandedlicensing_IndividualLicensingInfo',
  'expandedlicensing_ListedLicense',
  'expandedlicensing_ListedLicenseException',
  'expandedlicensing_OrLaterOperator',
  'expandedlicensing_WithAdditionOperator',
  'security_CvssV2VulnAssessmentRelationship',
  'security_CvssV3VulnAssessmentRelationship',
  'security_CvssV4VulnAssessmentRelationship',
  'security_EpssVulnAssessmentRelationship',
  'security_ExploitCatalogVulnAssessmentRelationship',
  'security_SsvcVulnAssessmentRelationship',
  'security_VexAffectedVulnAssessmentRelationship',
  'security_VexFixedVulnAssessmentRelationship',
  'security_VexNotAffectedVulnAssessmentRelationship',
  'security_VexUnderInvestigationVulnAssessmentRelationship',
  'security_Vulnerability',
  'build_Build',
  'ai_AIPackage',
  'dataset_DatasetPackage',
]);

/** What may stand in a graph by itself and is no element. */
const NODES = new Set([
  'CreationInfo',
  'DictionaryEntry',
  'ExternalIdentifier',
  'ExternalMap',
  'ExternalRef',
  'Hash',
  'NamespaceMap',
  'PackageVerificationCode',
  'PositiveIntegerRange',
  'ai_EnergyConsumption',
  'ai_EnergyConsumptionDescription',
  'extension_CdxPropertiesExtension',
  'extension_CdxPropertyEntry',
  'software_ContentIdentifier',
]);

/** Whether a type is a class of elements. Extensions have an IRI for their type, and are none; null of what is no class. */
export function isElementType(type: string): boolean | null {
  if (ELEMENTS.has(type)) return true;
  return NODES.has(type) || type.includes(':') ? false : null;
}

/** The id of an element that is referred to; '' where it has none. */
export function idOf(one: Reference): string {
  return typeof one === 'string' ? one : (one.spdxId ?? one['@id'] ?? '');
}

/** An agent's or tool's name; its id if the document does not hold it; null where it asserts none. */
export function nameOf(one: Reference, byId: ReadonlyMap<string, Element>): string | null {
  const id = idOf(one);
  if (/\/No(Assertion|ne)Element$/.test(id)) return null;
  const named = typeof one === 'string' ? byId.get(id)?.name : one.name;
  return (named ?? id) || null;
}
