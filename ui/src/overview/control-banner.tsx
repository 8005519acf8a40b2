import type { ReactNode } from "react";
import type { ControlView } from "../../../src/core/views/control.ts";
import { Icon } from "../parts/icon.tsx";
import { Message } from "../parts/notice.tsx";
import { RevisionView } from "../parts/revision.tsx";
import { Lasting } from "../time/time-ago.tsx";
import { controlProblem } from "./overall.ts";

/** Says that the newest control documents are refused, why, and what is in force instead. */
export function ControlBanner({ control }: { readonly control: ControlView | undefined }): ReactNode {
	const problem = controlProblem(control);
	if (problem === undefined) return null;
	return (
		<section role="alert" aria-label="Control documents" className="border-b border-line bg-bad-soft">
			<div className="mx-auto max-w-[84rem] px-4 py-4 sm:px-6">
				<h2 className="flex flex-wrap items-center gap-x-2 font-semibold text-bad">
					<Icon name="cross-circle" />
					The newest control documents are refused
					<span className="text-[13px] font-normal text-muted">
						{problem.reason} <Lasting since={problem.since} />
					</span>
				</h2>
				<Message text={problem.message} className="mt-2.5 rounded-md border border-line bg-surface px-3.5 py-2.5" />
				<p className="mt-2 text-[13px] text-muted">
					{control?.revision === undefined ? (
						"Nothing is in force yet. "
					) : (
						<>
							Nothing stopped: the last good ones
							{control.revision.includes("@") ? (
								<>
									, at <RevisionView revision={control.revision} withRef />,
								</>
							) : null}{" "}
							stay in force.{" "}
						</>
					)}
					Mend it and push; check before with <code className="font-mono text-ink">gitward validate</code>.
				</p>
			</div>
		</section>
	);
}
