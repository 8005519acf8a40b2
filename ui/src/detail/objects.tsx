import { type ReactNode, useState } from "react";
import type { ApplicationDetail, ObjectView } from "../../../src/core/views/application.ts";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/notice.tsx";
import { HealthStatusView, Status } from "../parts/status.tsx";
import { Beneath } from "./beneath.tsx";
import { Logs } from "./logs.tsx";

/** The Inventory: health and drift of each Object, and what it prints. */
export function Objects({ application }: { readonly application: ApplicationDetail }): ReactNode {
	const [open, setOpen] = useState<string | undefined>(undefined);
	const [beneath, setBeneath] = useState<string | undefined>(undefined);
	if (application.inventory.length === 0) {
		return (
			<Empty icon="plus" title="It owns no Objects yet">
				<p>Objects appear here as soon as a Sync has applied them.</p>
			</Empty>
		);
	}
	const spaces = new Set(application.inventory.map(({ namespace }) => namespace));
	// Where all share one it says nothing.
	const common = spaces.size === 1 ? [...spaces][0] : application.name;
	const kinds = Map.groupBy(application.inventory, ({ kind }) => kind);
	return (
		<div className="space-y-5 p-4">
			{[...kinds].map(([kind, objects]) => (
				<section key={kind} aria-label={kind}>
					<h3 className="px-1 pb-1.5 text-[13px] font-semibold text-muted">
						{kind} <span className="font-normal tabular-nums">{objects.length}</span>
					</h3>
					<ul className="divide-y divide-line overflow-hidden rounded-lg border border-line">
						{objects.map((object) => (
							<ObjectRow
								key={object.key}
								object={object}
								application={application.name}
								common={common}
								open={open === object.key}
								onToggle={() => setOpen(open === object.key ? undefined : object.key)}
								unfolded={beneath === object.key}
								onUnfold={() => setBeneath(beneath === object.key ? undefined : object.key)}
							/>
						))}
					</ul>
				</section>
			))}
		</div>
	);
}

interface RowProps {
	readonly object: ObjectView;
	readonly application: string;
	/** Namespace that needs no mention. */
	readonly common: string | undefined;
	readonly open: boolean;
	readonly onToggle: () => void;
	/** Whether what is beneath it is shown. */
	readonly unfolded: boolean;
	readonly onUnfold: () => void;
}

/** Kinds that other objects belong to. */
const owners: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob"]);

/** Whether a key is of a Kubernetes kind that others belong to, or of a Job of a cluster: a host's Job has a group of ours. */
function mayOwn({ kind, key }: ObjectView): boolean {
	return owners.has(kind) || key.startsWith("Job.batch/");
}

/** What differs and who set it, in one line. */
function driftLine({ drift }: ObjectView): string | undefined {
	const told = drift?.fields.slice(0, 3).map(({ path, manager }) => `${path}${manager === undefined ? "" : `, set by ${manager}`}`);
	return told === undefined || told.length === 0 ? undefined : `Differs at ${told.join("; ")}`;
}

function ObjectRow({ object, application, common, open, onToggle, unfolded, onUnfold }: RowProps): ReactNode {
	const { namespace, name, health, drifted, created } = object;
	const drift = driftLine(object);
	return (
		<li className="bg-surface [contain-intrinsic-size:auto_44px] [content-visibility:auto]">
			<div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-3 py-1.5 text-[13.5px]">
				<span title={object.key} className="min-w-0 flex-1 basis-40 font-medium [overflow-wrap:anywhere]">
					{namespace === "" || namespace === common ? null : <span className="font-normal text-muted">{namespace}/</span>}
					{name}
				</span>
				{created ? null : (
					<span title="It was there before Gitward, and is never deleted" className="text-[13px] text-muted">
						adopted
					</span>
				)}
				{drifted ? <Status tone="warn" icon="apart" word="Drifted" title="It differs from what was applied" /> : null}
				<HealthStatusView health={health} />
				{mayOwn(object) ? (
					<Button icon="down" pressed={unfolded} label={`What is beneath ${name}`} onClick={onUnfold}>
						Beneath
					</Button>
				) : null}
				{object.logs ? (
					<Button icon="lines" pressed={open} label={`Logs of ${name}`} onClick={onToggle}>
						Logs
					</Button>
				) : null}
			</div>
			{health.message === "" || health.status === "Healthy" ? null : (
				<p className="px-3 pb-2 text-[13px] text-muted [overflow-wrap:anywhere]">{health.message}</p>
			)}
			{drift === undefined ? null : <p className="px-3 pb-2 text-[13px] text-muted [overflow-wrap:anywhere]">{drift}</p>}
			{unfolded ? <Beneath application={application} parent={object.key} /> : null}
			{open ? <Logs application={application} object={object.key} /> : null}
		</li>
	);
}
