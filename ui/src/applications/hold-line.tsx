import { type ReactNode, useState } from "react";
import type { Hold } from "../../../src/core/views/application.ts";
import { useAction } from "../api/actions.ts";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { shortenRevisions } from "../parts/shorten.ts";
import { TimeAgo } from "../time/time-ago.tsx";
import { ConfirmPlan } from "./confirm-plan.tsx";
import { holdAction, holdTitle } from "./hold-action.ts";

/** What an Application waits for, until when, and the button that ends it. */
export function HoldLine({ application, hold }: { readonly application: string; readonly hold: Hold }): ReactNode {
	const action = holdAction(hold);
	// Somebody wanted these: they are no trouble.
	const chosen = hold.reason === "Suspended" || hold.reason === "RolledBack";
	const ask = useAction(application);
	const [confirming, setConfirming] = useState(false);
	const act = (): void => {
		if (action?.does === "confirm") setConfirming(true);
		else if (action !== undefined) ask.mutate({ does: action.does });
	};
	return (
		<div
			className={`mt-2 flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-md px-3 py-1.5 text-[13px] ${chosen ? "bg-raised" : "bg-warn-soft"}`}
		>
			<p className="flex min-w-0 flex-1 basis-60 gap-2">
				<Icon
					name={chosen ? "pause" : action === undefined ? "clock" : "person"}
					className={`mt-px ${chosen ? "text-muted" : "text-warn"}`}
				/>
				<span title={hold.message} className="min-w-0 [overflow-wrap:anywhere]">
					<strong className="font-semibold">{holdTitle(hold)}</strong>
					{hold.until === undefined ? null : (
						<>
							{" "}
							<TimeAgo time={hold.until} />
						</>
					)}
					<span className="text-muted">: {shortenRevisions(hold.message.split("\n", 1)[0] ?? "")}</span>
				</span>
			</p>
			{action === undefined ? null : (
				<Button className="relative z-[1]" busy={ask.isPending} onClick={act} label={`${action.label}: ${application}`}>
					{action.label}
				</Button>
			)}
			{confirming ? <ConfirmPlan application={application} hold={hold} onClose={() => setConfirming(false)} /> : null}
		</div>
	);
}
