import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApplicationDetail } from "../../../src/core/views/application.ts";
import { planQuery } from "../api/queries.ts";
import { countActions, orderChanges } from "../diff/presentation.ts";
import { Command } from "../parts/command.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, ErrorNotice, Loading } from "../parts/notice.tsx";
import { RevisionView } from "../parts/revision.tsx";
import { ChangeCard } from "./change-card.tsx";
import { actionIcons, actionWords } from "./change-words.ts";

/** What a Sync would do now: nothing hidden, deletions first. */
export function Differences({ application }: { readonly application: ApplicationDetail }): ReactNode {
	const plan = useQuery(planQuery(application.name));
	if (plan.data === undefined) {
		if (plan.error !== null) return <ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />;
		return <Loading what="the plan" />;
	}
	const { changes, unchanged, guard, revision, warnings } = plan.data;
	if (changes.length === 0) {
		return (
			<Empty icon="check-circle" title="Live is what Git says">
				<p>
					All {unchanged} Objects are as <RevisionView revision={revision} withRef /> wants them. To see what a change would do before it is
					pushed:
				</p>
				<Command text={`gitward plan --application ${application.name}`} />
			</Empty>
		);
	}
	return (
		<div className="space-y-3 p-4">
			<p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[13px] text-muted">
				{countActions(changes).map(([action, count]) => (
					<span key={action} className={`inline-flex items-center gap-1.5 ${action === "delete" ? "font-semibold text-bad" : ""}`}>
						<Icon name={actionIcons[action]} />
						{actionWords[action]} {count}
					</span>
				))}
				<span>{unchanged} unchanged</span>
				<span className="ml-auto">
					to <RevisionView revision={revision} withRef />
				</span>
			</p>
			{guard === undefined ? null : (
				<p className="flex gap-2 rounded-md bg-bad-soft px-3 py-2 text-[13.5px]">
					<Icon name="trash" className="mt-0.5 text-bad" />
					<span>
						<strong className="font-semibold text-bad">Held by the deletion guard: </strong>
						{guard}
					</span>
				</p>
			)}
			{warnings.map((warning) => (
				<p key={warning} className="flex gap-2 text-[13px] text-muted">
					<Icon name="warning" className="mt-0.5 text-warn" />
					{warning}
				</p>
			))}
			{orderChanges(changes).map((change) => (
				<ChangeCard key={`${change.key} ${change.hook ?? ""}`} change={change} application={application.name} />
			))}
		</div>
	);
}
