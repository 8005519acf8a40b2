import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { applicationEventsQuery } from "../api/queries.ts";
import { EventLines } from "../events/event-lines.tsx";
import { Empty, ErrorNotice, Loading } from "../parts/notice.tsx";

/** What happened to one Application, live. */
export function ApplicationEvents({ name }: { readonly name: string }): ReactNode {
	const events = useQuery(applicationEventsQuery(name));
	if (events.data === undefined) {
		if (events.error !== null) return <ErrorNotice error={events.error} onRetry={() => void events.refetch()} />;
		return <Loading what="events" />;
	}
	if (events.data.length === 0) return <Empty icon="pulse" title="Nothing happened yet" />;
	return <EventLines events={events.data.toReversed()} withSubject={false} />;
}
