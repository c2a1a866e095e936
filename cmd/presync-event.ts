import { EVENT_MESSAGE_CHARACTERS } from '../src/limits.ts';
import type { Report } from '../src/report/report.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { terminationMessage } from '../src/report/termination-message.ts';
import { openApi } from './cluster.ts';
import { clusterFlagsSchema } from './cluster-flags.ts';
import { type Io, UsageError } from './command.ts';

const PROGRAM = 'kubectl-supplychain';

/** Writes the verdict as an Event on the Application. Where that is not allowed it is said, and changes no verdict. */
export async function writeEvent(report: Report, typed: unknown, io: Io): Promise<void> {
  const event = eventOf(report, io);
  if (event === null) return;
  const said = (why: string) => io.stderr(`${terminalText(`notice: no Event was written: ${why}`)}\n`);
  try {
    const api = await openApi(clusterFlagsSchema.parse(typed), io);
    const answer = await api.create(`/api/v1/namespaces/${event.metadata.namespace}/events`, event);
    if (!answer.ok) said(answer.fault.message);
    await api.close();
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    said(cause.message);
  }
}

/** Kubernetes API, core/v1 Event; null where no sync was judged. */
function eventOf(report: Report, io: Io) {
  const { sync } = report.metadata;
  if (!sync) return null;
  const { namespace, application: name, uid } = sync;
  const passed = report.verdict.exitCode === 0;
  const now = io.clock().toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${name}-supplychain-`, namespace },
    type: passed ? 'Normal' : 'Warning',
    reason: passed ? 'SupplyChainPassed' : 'SupplyChainRefused',
    message: terminationMessage(report).slice(0, EVENT_MESSAGE_CHARACTERS),
    involvedObject: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace, name, uid },
    source: { component: PROGRAM },
    reportingComponent: PROGRAM,
    reportingInstance: io.env['POD_NAME'] ?? '',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}
