import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { ChildView } from "../../../src/core/views/application.ts";
import { childrenQuery } from "../api/queries.ts";
import { Button } from "../parts/button.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { HealthStatusView } from "../parts/status.tsx";
import { descendants } from "./descendants.ts";
import { Logs } from "./logs.tsx";

interface BeneathProps {
	readonly application: string;
	/** Key of the Object. */
	readonly parent: string;
}

/** What the target holds beneath an Object, ReplicaSets and Pods, looked up while it is shown. */
export function Beneath({ application, parent }: BeneathProps): ReactNode {
	const children = useQuery(childrenQuery(application));
	const [open, setOpen] = useState<string | undefined>(undefined);
	if (children.error !== null) return <ErrorNotice error={children.error} onRetry={() => void children.refetch()} />;
	if (children.data === undefined) return <p className="border-t border-line px-3 py-2 text-[13px] text-muted">Looking…</p>;
	const rows = descendants(children.data, parent);
	if (rows.length === 0) return <p className="border-t border-line px-3 py-2 text-[13px] text-muted">There is nothing beneath it now.</p>;
	return (
		<ul className="border-t border-line bg-canvas">
			{rows.map(({ child, depth }) => (
				<ChildRow
					key={child.key}
					child={child}
					depth={depth}
					application={application}
					open={open === child.key}
					onToggle={() => setOpen(open === child.key ? undefined : child.key)}
				/>
			))}
		</ul>
	);
}

interface RowProps {
	readonly child: ChildView;
	readonly depth: number;
	readonly application: string;
	readonly open: boolean;
	readonly onToggle: () => void;
}

function ChildRow({ child, depth, application, open, onToggle }: RowProps): ReactNode {
	const { kind, name, health } = child;
	return (
		<li>
			<div
				className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 py-1 pr-3 text-[13px]"
				style={{ paddingLeft: `${12 + depth * 16}px` }}
			>
				<span title={child.key} className="min-w-0 flex-1 basis-40 [overflow-wrap:anywhere]">
					<span className="text-muted">{kind}</span> {name}
				</span>
				<HealthStatusView health={health} />
				{child.logs ? (
					<Button icon="lines" pressed={open} label={`Logs of ${name}`} onClick={onToggle}>
						Logs
					</Button>
				) : null}
			</div>
			{health.message === "" || health.status === "Healthy" ? null : (
				<p className="pr-3 pb-2 text-[13px] text-muted [overflow-wrap:anywhere]" style={{ paddingLeft: `${12 + depth * 16}px` }}>
					{health.message}
				</p>
			)}
			{open ? <Logs application={application} object={child.key} /> : null}
		</li>
	);
}
