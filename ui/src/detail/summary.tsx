import type { ReactNode } from "react";
import type { ApplicationDetail } from "../../../src/core/views/application.ts";
import { useAction } from "../api/actions.ts";
import { HoldLine } from "../applications/hold-line.tsx";
import { verdictOf } from "../applications/verdict.ts";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { Message } from "../parts/notice.tsx";
import { RevisionView } from "../parts/revision.tsx";
import { HealthStatusView, SyncStatusView, VerdictPill } from "../parts/status.tsx";
import { Lasting, TimeAgo } from "../time/time-ago.tsx";

/** State, reasons and buttons of one Application. */
export function Summary({ application }: { readonly application: ApplicationDetail }): ReactNode {
	const { name, environment, repository, path, sync, health, holds, appliedRevision, desiredRevision, lastSync, suspended, warnings } =
		application;
	const verdict = verdictOf(application);
	const ask = useAction(name);
	const held = holds.some((hold) => hold.message.split("\n", 1)[0] === verdict.why.split("\n", 1)[0]);
	return (
		<div className="px-5 pb-4">
			<div className="flex flex-wrap items-center gap-x-2.5 gap-y-2">
				<VerdictPill verdict={verdict} />
				<span className="text-[13px] text-muted">
					{verdict.since === undefined ? null : (
						<>
							<Lasting since={verdict.since} /> ·{" "}
						</>
					)}
					in {environment}
				</span>
				<span className="ml-auto flex gap-2">
					<Button icon="sync" busy={ask.isPending && ask.variables.does === "sync"} onClick={() => ask.mutate({ does: "sync" })}>
						Sync
					</Button>
					<Button
						icon={suspended ? "arrow" : "pause"}
						busy={ask.isPending && ask.variables.does !== "sync"}
						onClick={() => ask.mutate({ does: suspended ? "resume" : "suspend" })}
						title={suspended ? "Sync and repair again" : "Sync and repair nothing until resumed"}
					>
						{suspended ? "Resume" : "Suspend"}
					</Button>
				</span>
			</div>
			{verdict.why === "" || held ? null : (
				<Message text={verdict.why} className="mt-3 rounded-md border border-line bg-canvas px-3 py-2 text-[13.5px]" />
			)}
			{holds.map((hold) => (
				<HoldLine key={hold.reason} application={name} hold={hold} />
			))}
			{warnings.map((warning) => (
				<p key={warning} className="mt-2 flex gap-2 text-[13px] text-muted">
					<Icon name="warning" className="mt-0.5 text-warn" />
					<span>
						<span className="sr-only">Warning: </span>
						{warning}
					</span>
				</p>
			))}
			<dl className="mt-3.5 grid grid-cols-2 gap-x-4 gap-y-2 text-[13.5px] sm:grid-cols-4 [&_dt]:text-xs [&_dt]:text-faint">
				<div>
					<dt>Sync</dt>
					<dd>
						<SyncStatusView sync={sync} drifted={application.driftedObjects} />
					</dd>
				</div>
				<div>
					<dt>Health</dt>
					<dd>
						<HealthStatusView health={health} />
					</dd>
				</div>
				<div>
					<dt>{desiredRevision === undefined || desiredRevision === appliedRevision ? "Runs" : "Runs, and wants"}</dt>
					<dd className="flex items-center gap-1">
						{appliedRevision === undefined ? "nothing yet" : <RevisionView revision={appliedRevision} />}
						{desiredRevision === undefined || desiredRevision === appliedRevision ? null : (
							<>
								<Icon name="arrow" className="size-3" />
								<RevisionView revision={desiredRevision} />
							</>
						)}
					</dd>
				</div>
				<div>
					<dt>Last sync</dt>
					<dd>{lastSync === undefined ? "never" : <TimeAgo time={lastSync} />}</dd>
				</div>
				<div className="col-span-full">
					<dt>Source</dt>
					<dd className="truncate font-mono text-[12.5px]" title={`${repository}/${path}`}>
						{repository}/{path}
					</dd>
				</div>
			</dl>
		</div>
	);
}
