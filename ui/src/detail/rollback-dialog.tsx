import type { ReactNode } from "react";
import type { ApplicationDetail, HistoryEntry } from "../../../src/core/views/application.ts";
import { useAction } from "../api/actions.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { RevisionView } from "../parts/revision.tsx";
import { TimeAgo } from "../time/time-ago.tsx";

interface RollbackProps {
	readonly application: ApplicationDetail;
	readonly to: HistoryEntry;
	readonly onClose: () => void;
}

/** Says what a rollback does and what it holds before it is asked for. */
export function RollbackDialog({ application, to, onClose }: RollbackProps): ReactNode {
	const ask = useAction(application.name);
	const bad = application.desiredRevision ?? application.appliedRevision;
	return (
		<Dialog
			title={`Roll ${application.name} back?`}
			onClose={onClose}
			actions={
				<>
					<Button onClick={onClose}>Cancel</Button>
					<Button
						look="primary"
						icon="undo"
						busy={ask.isPending}
						onClick={() => ask.mutate({ does: "rollback", to: to.id }, { onSettled: onClose })}
					>
						Roll back
					</Button>
				</>
			}
		>
			<dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-[13.5px] [&_dt]:text-muted">
				<dt>Back to</dt>
				<dd className="min-w-0">
					<RevisionView revision={to.revision} withRef /> {to.commit?.subject}, applied <TimeAgo time={to.started} />
				</dd>
				{bad === undefined || bad === to.revision ? null : (
					<>
						<dt>Held</dt>
						<dd>
							<RevisionView revision={bad} withRef />
						</dd>
					</>
				)}
			</dl>
			<p className="text-[13.5px]">
				{application.environment} gets exactly the Objects of that Sync again. What Git says now is held: automation does not bring it back
				until a newer commit changes {application.name}, or somebody lets it go.
			</p>
			<p className="text-[13px] text-muted">
				Git itself stays as it is. To undo it there as well, <code className="font-mono text-ink">git revert</code> the commit and push.
			</p>
		</Dialog>
	);
}
