import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Hold } from "../../../src/core/views/application.ts";
import type { PlanView } from "../../../src/core/views/common.ts";
import { useAction } from "../api/actions.ts";
import { planQuery } from "../api/queries.ts";
import { actionWords } from "../detail/change-words.ts";
import { countActions, orderChanges } from "../diff/presentation.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ErrorNotice, Loading } from "../parts/notice.tsx";
import { ObjectName } from "../parts/object-name.tsx";

interface ConfirmProps {
	readonly application: string;
	readonly hold: Hold;
	readonly onClose: () => void;
}

/** Shows the plan that a hold keeps back, deletions first, and lets a person confirm exactly that one. */
export function ConfirmPlan({ application, hold, onClose }: ConfirmProps): ReactNode {
	const plan = useQuery({ ...planQuery(application), staleTime: 0, gcTime: 0 });
	const ask = useAction(application);
	const deletes = plan.data?.changes.filter((change) => change.action === "delete").length ?? 0;
	const confirm = (hash: string): void => ask.mutate({ does: "sync", confirm: hash }, { onSettled: onClose });
	return (
		<Dialog
			title={hold.reason === "DeletionGuard" ? `Delete Objects of ${application}?` : `Repair ${application}?`}
			onClose={onClose}
			actions={
				<>
					<Button onClick={onClose}>Keep everything as it is</Button>
					<Button
						look={deletes > 0 ? "danger" : "primary"}
						icon={deletes > 0 ? "trash" : "check"}
						disabled={plan.data === undefined || plan.isFetching}
						busy={ask.isPending}
						onClick={() => confirm(plan.data?.hash ?? "")}
					>
						{deletes > 0 ? `Delete ${deletes} ${deletes === 1 ? "Object" : "Objects"}` : "Repair"}
					</Button>
				</>
			}
		>
			<p className="text-[13.5px] text-muted">{plan.data?.guard ?? hold.message}</p>
			{plan.data === undefined ? (
				plan.error === null ? (
					<Loading what="the plan" />
				) : (
					<ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />
				)
			) : (
				<PlanSummary plan={plan.data} />
			)}
			<p className="text-[13px] text-muted">Only this plan is confirmed: if Git or what is live changes meanwhile, Gitward asks again.</p>
		</Dialog>
	);
}

function PlanSummary({ plan }: { readonly plan: PlanView }): ReactNode {
	return (
		<>
			<p className="text-[13.5px]">
				{countActions(plan.changes)
					.map(([action, count]) => `${count} to ${actionWords[action].toLowerCase()}`)
					.join(", ")}
			</p>
			<ul className="max-h-72 divide-y divide-line overflow-y-auto rounded-md border border-line text-[13.5px]">
				{orderChanges(plan.changes).map((change) => (
					<li key={change.key} className={`flex items-baseline gap-3 px-3 py-1.5 ${change.action === "delete" ? "bg-bad-soft" : ""}`}>
						<span className={`w-16 shrink-0 font-medium ${change.action === "delete" ? "text-bad" : "text-muted"}`}>
							{actionWords[change.action]}
						</span>
						<ObjectName objectKey={change.key} application={plan.application} />
					</li>
				))}
			</ul>
		</>
	);
}
