import { follow } from './steps.ts';
import { field, isAbsent, isObject } from './place.ts';
import type { Place } from './place.ts';

/**
 * Who names the image where the field is absent: `operator`, its own default; `nobody`, then there is none;
 * or another field of the object.
 */
type Otherwise = 'operator' | 'nobody' | `spec.${string}`;

type ImageField = readonly [group: string, kind: string, path: `spec.${string}`, otherwise: Otherwise];

/** Fields of custom resources that hold an image as bare text and do not stand in a container. */
const IMAGE_FIELDS: readonly ImageField[] = [
  ['acid.zalan.do', 'postgresql', 'spec.connectionPooler.dockerImage', 'nobody'],
  ['acid.zalan.do', 'postgresql', 'spec.dockerImage', 'operator'],
  ['actions.summerwind.dev', 'Runner', 'spec.image', 'operator'],
  ['actions.summerwind.dev', 'RunnerDeployment', 'spec.template.spec.image', 'operator'],
  ['agent.k8s.elastic.co', 'Agent', 'spec.image', 'operator'],
  ['apm.k8s.elastic.co', 'ApmServer', 'spec.image', 'operator'],
  ['apps.emqx.io', 'EMQX', 'spec.image', 'nobody'],
  ['apps.kruise.io', 'ImagePullJob', 'spec.image', 'nobody'],
  ['beat.k8s.elastic.co', 'Beat', 'spec.image', 'operator'],
  ['cassandra.datastax.com', 'CassandraDatacenter', 'spec.serverImage', 'operator'],
  ['ceph.rook.io', 'CephCluster', 'spec.cephVersion.image', 'operator'],
  ['crdb.cockroachlabs.com', 'CrdbCluster', 'spec.image.name', 'operator'],
  ['databases.spotahome.com', 'RedisFailover', 'spec.redis.exporter.image', 'nobody'],
  ['databases.spotahome.com', 'RedisFailover', 'spec.redis.image', 'operator'],
  ['databases.spotahome.com', 'RedisFailover', 'spec.sentinel.exporter.image', 'nobody'],
  ['databases.spotahome.com', 'RedisFailover', 'spec.sentinel.image', 'operator'],
  ['dragonflydb.io', 'Dragonfly', 'spec.image', 'operator'],
  ['druid.apache.org', 'Druid', 'spec.image', 'nobody'],
  ['elasticsearch.k8s.elastic.co', 'Elasticsearch', 'spec.image', 'operator'],
  ['enterprisesearch.k8s.elastic.co', 'EnterpriseSearch', 'spec.image', 'operator'],
  ['flink.apache.org', 'FlinkDeployment', 'spec.image', 'operator'],
  ['fluentbit.fluent.io', 'FluentBit', 'spec.image', 'nobody'],
  ['fluentd.fluent.io', 'Fluentd', 'spec.image', 'nobody'],
  ['helm.cattle.io', 'HelmChart', 'spec.jobImage', 'nobody'],
  ['infra.contrib.fluxcd.io', 'Terraform', 'spec.runnerPodTemplate.spec.image', 'nobody'],
  ['jaegertracing.io', 'Jaeger', 'spec.agent.image', 'operator'],
  ['jaegertracing.io', 'Jaeger', 'spec.allInOne.image', 'operator'],
  ['jaegertracing.io', 'Jaeger', 'spec.collector.image', 'operator'],
  ['jaegertracing.io', 'Jaeger', 'spec.ingester.image', 'operator'],
  ['jaegertracing.io', 'Jaeger', 'spec.query.image', 'operator'],
  ['jaegertracing.io', 'Jaeger', 'spec.storage.cassandraCreateSchema.image', 'nobody'],
  ['jaegertracing.io', 'Jaeger', 'spec.storage.dependencies.image', 'nobody'],
  ['jaegertracing.io', 'Jaeger', 'spec.storage.esIndexCleaner.image', 'nobody'],
  ['jaegertracing.io', 'Jaeger', 'spec.storage.esRollover.image', 'nobody'],
  ['k6.io', 'TestRun', 'spec.initializer.image', 'nobody'],
  ['k6.io', 'TestRun', 'spec.runner.image', 'operator'],
  ['k6.io', 'TestRun', 'spec.starter.image', 'nobody'],
  ['k8s.keycloak.org', 'Keycloak', 'spec.image', 'operator'],
  ['k8s.mariadb.com', 'MariaDB', 'spec.galera.agent.image', 'nobody'],
  ['k8s.mariadb.com', 'MariaDB', 'spec.image', 'operator'],
  ['k8s.mariadb.com', 'MariaDB', 'spec.metrics.exporter.image', 'nobody'],
  ['k8s.mariadb.com', 'MaxScale', 'spec.image', 'operator'],
  ['k8s.mariadb.com', 'MaxScale', 'spec.metrics.exporter.image', 'nobody'],
  ['kafka.strimzi.io', 'Kafka', 'spec.cruiseControl.image', 'operator'],
  ['kafka.strimzi.io', 'Kafka', 'spec.cruiseControl.tlsSidecar.image', 'operator'],
  ['kafka.strimzi.io', 'Kafka', 'spec.entityOperator.tlsSidecar.image', 'operator'],
  ['kafka.strimzi.io', 'Kafka', 'spec.entityOperator.topicOperator.image', 'operator'],
  ['kafka.strimzi.io', 'Kafka', 'spec.entityOperator.userOperator.image', 'operator'],
  ['kafka.strimzi.io', 'Kafka', 'spec.jmxTrans.image', 'operator'],
  ['kafka.strimzi.io', 'Kafka', 'spec.kafka.brokerRackInitImage', 'nobody'],
  ['kafka.strimzi.io', 'Kafka', 'spec.kafka.image', 'operator'],
  ['kafka.strimzi.io', 'Kafka', 'spec.kafkaExporter.image', 'operator'],
  ['kafka.strimzi.io', 'Kafka', 'spec.zookeeper.image', 'operator'],
  ['kafka.strimzi.io', 'KafkaBridge', 'spec.image', 'operator'],
  ['kafka.strimzi.io', 'KafkaConnect', 'spec.clientRackInitImage', 'nobody'],
  ['kafka.strimzi.io', 'KafkaConnect', 'spec.image', 'operator'],
  ['kafka.strimzi.io', 'KafkaMirrorMaker', 'spec.image', 'operator'],
  ['kafka.strimzi.io', 'KafkaMirrorMaker2', 'spec.image', 'operator'],
  ['kibana.k8s.elastic.co', 'Kibana', 'spec.image', 'operator'],
  ['kubevirt.io', 'VirtualMachine', 'spec.template.spec.volumes[].containerDisk.image', 'nobody'],
  ['kubevirt.io', 'VirtualMachineInstance', 'spec.volumes[].containerDisk.image', 'nobody'],
  ['logstash.k8s.elastic.co', 'Logstash', 'spec.image', 'operator'],
  ['longhorn.io', 'EngineImage', 'spec.image', 'nobody'],
  ['maps.k8s.elastic.co', 'ElasticMapsServer', 'spec.image', 'operator'],
  ['minio.min.io', 'Tenant', 'spec.image', 'operator'],
  ['minio.min.io', 'Tenant', 'spec.kes.image', 'operator'],
  ['monitoring.coreos.com', 'Alertmanager', 'spec.image', 'operator'],
  ['monitoring.coreos.com', 'Prometheus', 'spec.image', 'operator'],
  ['monitoring.coreos.com', 'Prometheus', 'spec.thanos.image', 'operator'],
  ['monitoring.coreos.com', 'PrometheusAgent', 'spec.image', 'operator'],
  ['monitoring.coreos.com', 'ThanosRuler', 'spec.image', 'operator'],
  ['monitoring.grafana.com', 'GrafanaAgent', 'spec.image', 'operator'],
  ['mysql.presslabs.org', 'MysqlCluster', 'spec.image', 'operator'],
  ['olm.operatorframework.io', 'ClusterCatalog', 'spec.source.image.ref', 'nobody'],
  ['openfaas.com', 'Function', 'spec.image', 'nobody'],
  ['opentelemetry.io', 'Instrumentation', 'spec.apacheHttpd.image', 'operator'],
  ['opentelemetry.io', 'Instrumentation', 'spec.dotnet.image', 'operator'],
  ['opentelemetry.io', 'Instrumentation', 'spec.go.image', 'operator'],
  ['opentelemetry.io', 'Instrumentation', 'spec.java.image', 'operator'],
  ['opentelemetry.io', 'Instrumentation', 'spec.nginx.image', 'operator'],
  ['opentelemetry.io', 'Instrumentation', 'spec.nodejs.image', 'operator'],
  ['opentelemetry.io', 'Instrumentation', 'spec.python.image', 'operator'],
  ['opentelemetry.io', 'OpAMPBridge', 'spec.image', 'operator'],
  ['opentelemetry.io', 'OpenTelemetryCollector', 'spec.image', 'operator'],
  ['opentelemetry.io', 'OpenTelemetryCollector', 'spec.targetAllocator.image', 'operator'],
  ['opentelemetry.io', 'TargetAllocator', 'spec.image', 'operator'],
  ['operators.coreos.com', 'CatalogSource', 'spec.image', 'nobody'],
  ['pgv2.percona.com', 'PerconaPGCluster', 'spec.backups.pgbackrest.image', 'operator'],
  ['pgv2.percona.com', 'PerconaPGCluster', 'spec.image', 'operator'],
  ['pgv2.percona.com', 'PerconaPGCluster', 'spec.pmm.image', 'nobody'],
  ['pgv2.percona.com', 'PerconaPGCluster', 'spec.proxy.pgBouncer.image', 'operator'],
  ['pkg.crossplane.io', 'Configuration', 'spec.package', 'nobody'],
  ['pkg.crossplane.io', 'Function', 'spec.package', 'nobody'],
  ['pkg.crossplane.io', 'Provider', 'spec.package', 'nobody'],
  ['postgres-operator.crunchydata.com', 'PGAdmin', 'spec.image', 'operator'],
  ['postgres-operator.crunchydata.com', 'PGUpgrade', 'spec.image', 'operator'],
  ['postgres-operator.crunchydata.com', 'PostgresCluster', 'spec.backups.pgbackrest.image', 'operator'],
  ['postgres-operator.crunchydata.com', 'PostgresCluster', 'spec.image', 'operator'],
  [
    'postgres-operator.crunchydata.com',
    'PostgresCluster',
    'spec.monitoring.pgmonitor.exporter.image',
    'operator',
  ],
  ['postgres-operator.crunchydata.com', 'PostgresCluster', 'spec.proxy.pgBouncer.image', 'operator'],
  ['postgres-operator.crunchydata.com', 'PostgresCluster', 'spec.userInterface.pgAdmin.image', 'operator'],
  ['postgresql.cnpg.io', 'Cluster', 'spec.imageName', 'spec.imageCatalogRef'],
  ['postgresql.cnpg.io', 'ClusterImageCatalog', 'spec.images[].image', 'nobody'],
  ['postgresql.cnpg.io', 'ImageCatalog', 'spec.images[].image', 'nobody'],
  ['ps.percona.com', 'PerconaServerMySQL', 'spec.backup.image', 'nobody'],
  ['ps.percona.com', 'PerconaServerMySQL', 'spec.mysql.image', 'nobody'],
  ['ps.percona.com', 'PerconaServerMySQL', 'spec.orchestrator.image', 'nobody'],
  ['ps.percona.com', 'PerconaServerMySQL', 'spec.pmm.image', 'nobody'],
  ['ps.percona.com', 'PerconaServerMySQL', 'spec.proxy.haproxy.image', 'nobody'],
  ['ps.percona.com', 'PerconaServerMySQL', 'spec.proxy.router.image', 'nobody'],
  ['ps.percona.com', 'PerconaServerMySQL', 'spec.toolkit.image', 'nobody'],
  ['psmdb.percona.com', 'PerconaServerMongoDB', 'spec.backup.image', 'operator'],
  ['psmdb.percona.com', 'PerconaServerMongoDB', 'spec.image', 'operator'],
  ['psmdb.percona.com', 'PerconaServerMongoDB', 'spec.pmm.image', 'nobody'],
  ['pxc.percona.com', 'PerconaXtraDBCluster', 'spec.backup.image', 'operator'],
  ['pxc.percona.com', 'PerconaXtraDBCluster', 'spec.haproxy.image', 'nobody'],
  ['pxc.percona.com', 'PerconaXtraDBCluster', 'spec.logcollector.image', 'nobody'],
  ['pxc.percona.com', 'PerconaXtraDBCluster', 'spec.pmm.image', 'nobody'],
  ['pxc.percona.com', 'PerconaXtraDBCluster', 'spec.proxysql.image', 'nobody'],
  ['pxc.percona.com', 'PerconaXtraDBCluster', 'spec.pxc.image', 'operator'],
  ['rabbitmq.com', 'RabbitmqCluster', 'spec.image', 'operator'],
  ['redis.redis.opstreelabs.in', 'Redis', 'spec.kubernetesConfig.image', 'nobody'],
  ['redis.redis.opstreelabs.in', 'Redis', 'spec.redisExporter.image', 'nobody'],
  ['redis.redis.opstreelabs.in', 'RedisCluster', 'spec.kubernetesConfig.image', 'nobody'],
  ['redis.redis.opstreelabs.in', 'RedisCluster', 'spec.redisExporter.image', 'nobody'],
  ['redis.redis.opstreelabs.in', 'RedisReplication', 'spec.kubernetesConfig.image', 'nobody'],
  ['redis.redis.opstreelabs.in', 'RedisReplication', 'spec.redisExporter.image', 'nobody'],
  ['redis.redis.opstreelabs.in', 'RedisSentinel', 'spec.kubernetesConfig.image', 'nobody'],
  ['redis.redis.opstreelabs.in', 'RedisSentinel', 'spec.redisExporter.image', 'nobody'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.huggingface.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.lightgbm.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.model.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.onnx.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.paddle.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.pmml.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.pytorch.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.sklearn.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.tensorflow.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.triton.image', 'operator'],
  ['serving.kserve.io', 'InferenceService', 'spec.predictor.xgboost.image', 'operator'],
  ['sparkoperator.k8s.io', 'ScheduledSparkApplication', 'spec.template.driver.image', 'spec.template.image'],
  [
    'sparkoperator.k8s.io',
    'ScheduledSparkApplication',
    'spec.template.executor.image',
    'spec.template.image',
  ],
  ['sparkoperator.k8s.io', 'ScheduledSparkApplication', 'spec.template.image', 'nobody'],
  ['sparkoperator.k8s.io', 'SparkApplication', 'spec.driver.image', 'spec.image'],
  ['sparkoperator.k8s.io', 'SparkApplication', 'spec.executor.image', 'spec.image'],
  ['sparkoperator.k8s.io', 'SparkApplication', 'spec.image', 'nobody'],
  ['tekton.dev', 'StepAction', 'spec.image', 'nobody'],
  ['testworkflows.testkube.io', 'TestWorkflow', 'spec.after[].run.image', 'nobody'],
  ['testworkflows.testkube.io', 'TestWorkflow', 'spec.setup[].run.image', 'nobody'],
  ['testworkflows.testkube.io', 'TestWorkflow', 'spec.steps[].run.image', 'nobody'],
  ['valkey.io', 'ValkeyCluster', 'spec.exporter.image', 'nobody'],
  ['valkey.io', 'ValkeyCluster', 'spec.image', 'operator'],
  ['vault.banzaicloud.com', 'Vault', 'spec.bankVaultsImage', 'operator'],
  ['vault.banzaicloud.com', 'Vault', 'spec.fluentdImage', 'nobody'],
  ['vault.banzaicloud.com', 'Vault', 'spec.image', 'operator'],
  ['vault.banzaicloud.com', 'Vault', 'spec.statsdImage', 'nobody'],
];

/** The bare image fields of an object: those that are there, and those that leave the choice to an operator. */
export function imageFields(
  object: Place,
  group: string,
  kind: string,
): { named: Place[]; unnamed: Place[] } {
  const named: Place[] = [];
  const unnamed: Place[] = [];
  for (const [itsGroup, itsKind, path, otherwise] of IMAGE_FIELDS) {
    if (itsGroup !== group || itsKind !== kind) continue;
    for (const place of imagePlaces(object, path)) {
      if (!isAbsent(place.value) && place.value !== '') named.push(place);
      else if (isSwitchedOff(object, place)) continue;
      else if (otherwise === 'operator') unnamed.push(place);
      else if (otherwise !== 'nobody' && isAbsent(follow(object, otherwise)[0]?.value)) unnamed.push(place);
    }
  }
  return { named, unnamed };
}

/** A component that is not there at all needs no image. */
function imagePlaces(object: Place, path: string): Place[] {
  const dot = path.lastIndexOf('.');
  const parents = follow(object, path.slice(0, dot)).filter(({ value }) => isObject(value));
  return parents.map((parent) => field(parent, path.slice(dot + 1)));
}

/** As `backup: {enabled: false}`. */
function isSwitchedOff(object: Place, { path }: Place): boolean {
  return field(object, ...path.slice(object.path.length, -1), 'enabled').value === false;
}

/** What an image is called that stands in no container: by the field it belongs to, else by its own. */
export function imageFieldName({ path }: Place): string {
  const own = path.at(-1);
  const parent = path.at(-2);
  const isSpeaking = typeof parent === 'string' && parent !== 'spec' && parent !== 'template';
  return String(isSpeaking ? parent : own);
}
