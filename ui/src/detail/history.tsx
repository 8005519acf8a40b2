import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { ApplicationDetail, HistoryEntry } from "../../../src/core/views/application.ts";
import { historyQuery } from "../api/queries.ts";
import { Button } from "../parts/button.tsx";
import { Empty, ErrorNotice, Loading } from "../parts/notice.tsx";
import { HistoryRow } from "./history-row.tsx";
import { RollbackDialog } from "./rollback-dialog.tsx";

/** Every Sync of the Application, newest first, and the way back to one of them. */
export function History({ application }: { readonly application: ApplicationDetail }): ReactNode {
	const history = useInfiniteQuery(historyQuery(application.name));
	const [to, setTo] = useState<HistoryEntry | undefined>(undefined);
	if (history.data === undefined) {
		if (history.error !== null) return <ErrorNotice error={history.error} onRetry={() => void history.refetch()} />;
		return <Loading what="the history" />;
	}
	const entries = history.data.pages.flatMap((page) => page.items);
	if (entries.length === 0) {
		return (
			<Empty icon="clock" title="No Sync yet">
				<p>Each Sync is kept here: who and what caused it, when, and how it ended.</p>
			</Empty>
		);
	}
	const running = entries.find((entry) => entry.result === "Succeeded" && entry.revision === application.appliedRevision);
	return (
		<div className="p-4">
			<ol className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
				{entries.map((entry) => (
					<HistoryRow key={entry.id} entry={entry} current={entry === running} onRollback={() => setTo(entry)} />
				))}
			</ol>
			{history.hasNextPage ? (
				<Button className="mt-3" busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
					Load older
				</Button>
			) : null}
			{to === undefined ? null : <RollbackDialog application={application} to={to} onClose={() => setTo(undefined)} />}
		</div>
	);
}
