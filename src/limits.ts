/**
 * Every limit on what comes from outside, with its reason. A limit that is hit is a finding that names it, never silence.
 */
const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/** A manifest, index or referrers page: the distribution specification asks registries for 4 MiB at least. */
export const MANIFEST_BYTES = 4 * MiB;
/** A signature payload, bundle or attestation: the base64 of an SBOM of 60 MB, and what a text gains within JSON; a signature is a few KiB. */
export const EVIDENCE_BYTES = 96 * MiB;
/** A token endpoint's answer: tokens are a few KiB; go and oras cap at 128 KiB as well. */
export const TOKEN_RESPONSE_BYTES = 128 * KiB;
/** An error answer that is only read to quote the registry's own code and message. */
export const ERROR_BODY_BYTES = 8 * KiB;
/** Pages of one referrers listing: 100 pages of some hundred descriptors are more than any real image has. */
export const REFERRER_PAGES = 100;
/** Referrers of one digest. */
export const REFERRERS = 1_000;
/** Signatures or attestations of one `.sig` or `.att` manifest (CVE-2023-46737: endless signatures stall a verifier). */
export const EVIDENCE_LAYERS = 200;
/** Notary Project signatures of one digest, as `notation verify --max-signatures` has it. */
export const NOTATION_SIGNATURES = 100;
/** A Notary Project envelope: a chain and a timestamp have some 15 KiB. */
export const NOTATION_ENVELOPE_BYTES = 1 * MiB;
/** A Notation trust policy: a statement for each of a thousand repositories has some 500 KiB. */
export const TRUST_POLICY_BYTES = 4 * MiB;
/** An answer by an OCSP responder: one certificate's status, with the responder's own certificate, has some 2 KiB. */
export const OCSP_BYTES = 20 * KiB;
/** How long a responder may take, in milliseconds, as Notation has it. */
export const OCSP_MS = 2_000;
/** Characters of a request that stands in the address (RFC 6960, appendix A.1). */
export const OCSP_GET_CHARACTERS = 255;
/** A list of revoked certificates, as Notation has it: the largest public ones have some ten MiB. */
export const CRL_BYTES = 32 * MiB;
/** How long a list may take, in milliseconds, as Notation has it. */
export const CRL_MS = 5_000;
/** Revocation lists that are kept on disk between runs: one or two for each authority that signs. */
export const KEPT_LISTS = 200;
/** What they may take on disk, in bytes: the largest public ones have some ten MiB. */
export const KEPT_LIST_BYTES = 256 * MiB;
/** How long a list is kept, in milliseconds, whatever it says: one that replaces it before its time is seen by then. */
export const KEPT_LIST_MS = 24 * 3_600_000;
/** How often verification is asked what it still wants to know of revocation: responders in turn, then a list, then its changes. */
export const REVOCATION_ROUNDS = 8;
/** By how much the clock of a certificate authority may be ahead, in milliseconds: what it says now is not of a time to come. */
export const REVOCATION_SKEW_MS = 300_000;
/** Attestations of one digest in GitHub's API: gh reads 30 unless it is told otherwise. */
export const GITHUB_ATTESTATIONS = 200;
/** Pages of one listing in GitHub's API: a hundred fit on one, so that a server which fills them with less is not followed for ever. */
export const GITHUB_PAGES = 10;
/** One page of GitHub's API: a hundred bundles of some 15 KiB, as servers that do not store them elsewhere send them. */
export const GITHUB_PAGE_BYTES = 64 * MiB;
/** The configuration of an image: some KiB, with a history and labels of hundreds of layers rarely a hundred. */
export const IMAGE_CONFIG_BYTES = 4 * MiB;
/** A step of an image's build as a report shows it: real ones have some hundred characters, and scripts that were pasted in some thousand. */
export const CREATED_BY_CHARACTERS = 500;
/** Images that one image names as its base and that are asked for: a build has some five stages and a few tools, and provenance names them all. */
export const BASE_HINTS = 8;
/** Manifests of one base image that fit a platform: variants that are left open, and of Windows one for each of some five releases. */
export const BASE_CHILDREN = 16;
/** Provenance that is read for the images that it names: that of large builds has some hundred KiB, and what is larger is an SBOM. */
export const PROVENANCE_BYTES = 4 * MiB;
/** Children of one index; real ones have about twenty. */
export const INDEX_CHILDREN = 500;
/** Characters of a digest: sha512 has 135, and what is longer would be repeated in messages and reports. */
export const DIGEST_CHARACTERS = 256;
/** Redirects followed for one blob; registries use one. */
export const REDIRECTS = 5;
/** Retries of one request after a passing fault. */
export const RETRIES = 2;
/** The longest wait that a Retry-After is honoured with, in milliseconds. */
export const RETRY_AFTER_MS = 10_000;
/** One request without a byte of answer, in milliseconds. */
export const REQUEST_MS = 15_000;
/** What a machine's own metadata service may take, in milliseconds: it answers from the host, or is not there. */
export const METADATA_MS = 3_000;
/** A file that holds a cloud's keys, token or settings: service account keys have some 2 KiB, AWS' config files rarely a hundred. */
export const CLOUD_FILE_BYTES = 1 * MiB;
/** One line of the firmware's description of the machine; sysfs says that each has a page, on some machines of 64 KiB. */
export const FIRMWARE_BYTES = 64 * KiB;
/** A credential helper's time, in milliseconds: a helper may ask the desktop's keychain. */
export const CREDENTIAL_HELPER_MS = 10_000;
/** One answer, from the request's first byte to the body's last: 96 MiB at 7 Mbit/s take this long; a server that drips does not end. */
export const TRANSFER_MS = 120_000;
/** Blobs that are kept for a second reader within a run, which mostly comes at once; beyond it the oldest are fetched again. */
export const BLOB_MEMORY_BYTES = 16 * MiB;
/** Evidence of one image from which on images are worked on one by one: eight with less have room in memory beside the program. */
export const LARGE_EVIDENCE_BYTES = 8 * MiB;
/** Digests whose evidence is kept for another reference to them: those of one workload stand together, and an SBOM has some MiB. */
export const RECENT_DIGESTS = 16;
/** Manifests and blobs kept on disk between runs: some five thousand images, each with an SBOM of the usual 200 KiB. */
export const CACHE_BYTES = 1024 * MiB;
/** The index.json of an OCI layout: a descriptor with its name has about 300 bytes, and a saved cluster some 10,000 of them. */
export const LAYOUT_INDEX_BYTES = 64 * MiB;
/** The answers of a saved audit: some 300 bytes each, ten for an image, and the inventory of a large cluster beside them. */
export const EVIDENCE_DOCUMENT_BYTES = 256 * MiB;
/** Credentials that are tried for one repository: a pod has a handful of pull secrets, and each refusal may count against an account. */
export const CREDENTIALS = 20;
/** A file of CA certificates or a client's certificate or key; the bundle of a whole machine has some 250 KiB. */
export const CERTIFICATE_FILE_BYTES = 4 * MiB;
/** Files of one directory of certificates: /etc/ssl/certs has some 300. */
export const CERTIFICATE_FILES = 2_000;
/** Pages of a repository's list of tags: beyond that each tag is asked for by itself, which is cheaper for all but huge audits. */
export const TAG_PAGES = 20;
/** Tags of one repository's list; likewise. */
export const TAGS = 20_000;
/** How long the tags of a digest wait for the repository's list before they are asked for one by one, in milliseconds. */
export const TAG_LIST_MS = 5_000;
/** What an archive of evidence may hold: ten thousand images with an SBOM of some hundred KiB each, and no disk that runs full. */
export const EVIDENCE_ARCHIVE_BYTES = 8 * 1024 * MiB;
/** Files of an archive of evidence: some ten for each image. */
export const EVIDENCE_ARCHIVE_FILES = 500_000;
/** A docker config.json or containers auth.json. */
export const REGISTRY_CONFIG_BYTES = 4 * MiB;
/** One kubeconfig: certificates of a hundred clusters have some hundred KiB. */
export const KUBECONFIG_BYTES = 16 * MiB;
/** What an exec credential plugin may write: a token or a certificate has some KiB. */
export const EXEC_CREDENTIAL_BYTES = 1 * MiB;
/** An exec credential plugin's time, in milliseconds: some open a browser and wait for their user. */
export const EXEC_PLUGIN_MS = 180_000;
/** Objects of one page of a list in the cluster, as kubectl asks for them. */
export const CLUSTER_PAGE_OBJECTS = 500;
/** One page of a list in the cluster: 500 pods have 2 MiB; objects of 1 MiB each are asked for in smaller pages. */
export const CLUSTER_PAGE_BYTES = 64 * MiB;
/** Pages of one list: a million objects; Kubernetes is tested with 150,000 pods. */
export const CLUSTER_PAGES = 2_000;
/** How often a list is begun anew, because its pages were no longer to be had together. */
export const CLUSTER_LIST_RESTARTS = 2;
/** Requests to a cluster at a time: its API server shares its own limit fairly among users. */
export const CLUSTER_REQUESTS = 4;
/** How long a cluster is still waited for when the run has ended, in milliseconds: to break off its requests, and to read the page at hand. */
export const STOPPED_CLUSTER_MS = 1_000;
/** Clusters that are read at a time: each has its own API server, and all of their objects lie in one memory. */
export const CLUSTERS = 4;
/** What somebody waits for who pressed Tab, in milliseconds; kubectl's own completion has no limit, and is felt to hang. */
export const COMPLETION_MS = 1_500;
/** One answer of the cluster, in milliseconds: lists from a busy etcd take their time; a server that drips does not end. */
export const CLUSTER_REQUEST_MS = 60_000;
/** An Application of Argo CD: etcd holds 1.5 MiB of one object, and what managed fields and escapes add is a part of that. */
export const ARGO_APPLICATION_BYTES = 8 * MiB;
/** One answer of Argo CD's API, in milliseconds: it renders manifests for 60 s, or 90 s with a plugin, before it gives up. */
export const ARGO_REQUEST_MS = 100_000;
/** How long a gate waits for Argo CD to say what is synced, in milliseconds: it does so some seconds after it has created the hook. */
export const ARGO_OPERATION_MS = 60_000;
/** How often a gate asks in the meantime, in milliseconds. */
export const ARGO_POLL_MS = 500;
/** What a pod may say when it ends: the kubelet keeps no more (kubernetes/pkg/kubelet, MaxContainerTerminationMessageLength). */
export const TERMINATION_MESSAGE_BYTES = 4 * KiB;
/** The message of an Event: events.k8s.io/v1 takes 1024 bytes, and who shows Events has room for no more. */
export const EVENT_MESSAGE_CHARACTERS = 1_000;
/** A token for Argo CD's API: a JWT of some hundred bytes. */
export const TOKEN_FILE_BYTES = 64 * KiB;
/** One Secret: Kubernetes allows 1 MiB of data, which is a third more in base64. */
export const SECRET_BYTES = 4 * MiB;
/** Pull secrets that are read of clusters in one run: a few for each namespace of the largest; each costs a request. */
export const PULL_SECRETS = 5_000;
/** Owners above a pod: real chains have two or three; a ring of owners must not be followed for ever. */
export const OWNER_CHAIN = 10;
/** One manifest file or standard input. `helm template` of large charts gives some MiB. */
export const MANIFEST_FILE_BYTES = 64 * MiB;
/** Files of one `-f` directory with `-R`. */
export const MANIFEST_FILES = 20_000;
/** What `kubectl kustomize` may take, in milliseconds: a kustomization may name bases in repositories that it has to clone. */
export const KUSTOMIZE_MS = 120_000;
/** Documents of one manifest file: real ones have some hundred bytes each, and every broken one is a finding of its own. */
export const MANIFEST_DOCUMENTS = 200_000;
/** Characters of one manifest file that are parsed again to repair its indentation: a few seconds' work. */
export const REPARSED_CHARACTERS = 64 * MiB;
/** YAML aliases of one document: hand-written anchors stay below a hundred, a "billion laughs" needs many more. */
export const YAML_ALIASES = 1_000;
/** Nodes of one document after its aliases are followed; the guard against aliases of aliases. */
export const YAML_NODES = 1_000_000;
/** Depth of a YAML or JSON document; the deepest Kubernetes schemas stay below forty. */
export const DOCUMENT_DEPTH = 100;
/** What was found out of saved evidence: some 2 KiB for each piece of it. */
export const CLAIMS_BYTES = 256 * MiB;
/** The same with what SBOMs list: some 150 bytes for each of a million packages, and no more than one text can hold. */
export const CONTENTS_BYTES = 480 * MiB;
/** A policy file. */
export const POLICY_BYTES = 4 * MiB;
/** A trusted root: the public-good one has 15 KiB. */
export const TRUSTED_ROOT_BYTES = 4 * MiB;
/** The refresh of the trust roots beside an audit, in milliseconds: five small files; a mirror that is dead must not hold the audit up. */
export const TRUST_ROOT_REFRESH_MS = 5_000;
/** `trust-root update`, which somebody waits for: a slow link, and a root that is many versions behind. */
export const TRUST_ROOT_UPDATE_MS = 60_000;
/** One file of a TUF repository's metadata: root.json has some KiB, and tuf-js itself allows 5 MB for the largest kind. */
export const TUF_METADATA_BYTES = 8 * MiB;
/** What is kept of a TUF repository: its metadata and one trusted root. */
export const TRUST_ROOT_COPY_BYTES = 64 * MiB;
/** A PEM file of certificates: each has some 2 KiB. */
export const CHAIN_BYTES = 1 * MiB;
/** Certificates of one PEM file or trust store: the roots that operating systems come with are some 150. */
export const TRUSTED_CERTIFICATES = 500;
/** A public key file. */
export const KEY_BYTES = 1 * MiB;
/** Transparency log entries of one bundle: each costs a proof; real bundles carry one or two. */
export const LOG_ENTRIES = 16;
/** Signed timestamps of one bundle. */
export const TIMESTAMPS = 16;
/** Certificates of one bundle's chain. */
export const CERTIFICATE_CHAIN = 10;
/** Signed certificate timestamps of one certificate: each costs a signature; real ones carry one. */
export const SCTS = 16;
/** An SBOM that nobody has signed: those of the largest images have some 60 MB. */
export const SBOM_BYTES = 64 * MiB;
/** Components of one SBOM: the largest images of whole distributions have some ten thousand, and 60 MiB hold some 120,000. */
export const SBOM_COMPONENTS = 250_000;
/** The SBOM that a scanner of the user's own prints: Syft's of a large image has some 30 MiB. */
export const SCAN_BYTES = 256 * MiB;
/** One scan, in milliseconds: it downloads the image, which may have some GiB. */
export const SCAN_MS = 600_000;
/** Scans at a time: each takes a core, and the memory of a layer. */
export const SCANS = 2;
/** A version: real ones stay below a hundred characters, and comparing takes time that grows with their length. */
export const VERSION_LENGTH = 1_024;
/** Files of one directory of SBOMs: one or two for each of ten thousand images. */
export const SBOM_FILES = 20_000;
/** Kinds of problem that are told of one SBOM: more is no longer read. */
export const SBOM_PROBLEMS = 20;
/** What happened at versions of one package by one OSV record: the longest histories have some dozens. */
export const OSV_EVENTS = 10_000;
/** One OSV record: a malicious package with all of its versions has some MiB. */
export const OSV_RECORD_BYTES = 16 * MiB;
/** Records that speak of one vulnerability: one for each distribution and release has some dozens. */
export const OSV_RECORDS = 1_000;
/** Files of one database: npm's, the largest of one ecosystem, has some 250,000. */
export const OSV_DATABASE_FILES = 2_000_000;
/** An `all.zip`: npm's has some 200 MiB. */
export const OSV_ARCHIVE_BYTES = 4 * GiB;
/** What an `all.zip` unpacks to: JSON packs to a tenth. */
export const OSV_UNPACKED_BYTES = 32 * GiB;
/** Ecosystems of one database: OSV has some forty. */
export const OSV_ECOSYSTEMS = 1_000;
/** Other names of one vulnerability that OSV's API is asked for: a few databases give it one each. */
export const OSV_API_RECORDS = 50;
/** The central directory of a ZIP file: some hundred bytes for each of two million files. */
export const ZIP_DIRECTORY_BYTES = 512 * MiB;
/** The values of a query that are read from standard input: some 50,000 digests. */
export const QUERY_LIST_BYTES = 4 * MiB;
/** A former report: some kilobytes for each of 50,000 containers. */
export const FORMER_REPORT_BYTES = 256 * MiB;
/** Requests of one sweep for digests that may be indexes: one takes some 20 ms beside seven others. */
export const SWEEP_QUESTIONS = 1_000;
