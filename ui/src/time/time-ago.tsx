import type { ReactNode } from "react";
import { useNow } from "./now.ts";
import { exactTime, relativeTime, sinceText } from "./relative.ts";

/** A time, relative, with the exact one on hover and for screen readers. */
export function TimeAgo({ time, className }: { readonly time: string; readonly className?: string }): ReactNode {
	const now = useNow();
	return (
		<time dateTime={time} title={exactTime(time)} className={`whitespace-nowrap tabular-nums ${className ?? ""}`}>
			{relativeTime(time, now)}
		</time>
	);
}

/** How long something has lasted: `since 4 min`, with the exact beginning on hover. */
export function Lasting({ since, className }: { readonly since: string; readonly className?: string }): ReactNode {
	const now = useNow();
	return (
		<time dateTime={since} title={`since ${exactTime(since)}`} className={`whitespace-nowrap tabular-nums ${className ?? ""}`}>
			for {sinceText(since, now)}
		</time>
	);
}
