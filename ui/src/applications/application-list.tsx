import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/notice.tsx";
import type { DetailTab } from "../url/view-state.ts";
import { ApplicationRow } from "./application-row.tsx";
import type { Judged } from "./select.ts";

interface ListProps {
	readonly judged: readonly Judged[];
	readonly scroller: RefObject<HTMLElement | null>;
	readonly selected: string | undefined;
	readonly onOpen: (application: string, tab: DetailTab) => void;
	readonly onReset: () => void;
}

/** The Applications as rows; only those in sight are in the page. */
export function ApplicationList({ judged, scroller, selected, onOpen, onReset }: ListProps): ReactNode {
	const list = useRef<HTMLDivElement>(null);
	const [above, setAbove] = useState(0);
	// What stands above the list grows and shrinks with the state; the list has to know where it begins.
	useLayoutEffect(() => {
		const content = scroller.current;
		if (content === null) return undefined;
		const measure = (): void => {
			if (list.current === null) return;
			setAbove(Math.round(list.current.getBoundingClientRect().top - content.getBoundingClientRect().top + content.scrollTop));
		};
		const observer = new ResizeObserver(measure);
		for (const child of content.children) observer.observe(child);
		for (const child of content.querySelectorAll("section")) observer.observe(child);
		measure();
		return () => observer.disconnect();
	}, [scroller]);

	// oxlint-disable-next-line react/incompatible-library -- its functions are used here only, and nothing here is memoised
	const virtual = useVirtualizer({
		count: judged.length,
		getScrollElement: () => scroller.current,
		estimateSize: () => 61,
		overscan: 8,
		scrollMargin: above,
		getItemKey: (index) => judged[index]?.application.name ?? index,
	});

	if (judged.length === 0) {
		return (
			<div className="rounded-xl border border-dashed border-line-strong">
				<Empty icon="search" title="No application matches">
					<Button onClick={onReset}>Show all applications</Button>
				</Empty>
			</div>
		);
	}
	return (
		<div
			ref={list}
			role="list"
			className="relative rounded-xl border border-line bg-surface"
			style={{ height: virtual.getTotalSize() + 2 }}
		>
			{virtual.getVirtualItems().map((item) => {
				const each = judged[item.index];
				if (each === undefined) return null;
				return (
					<div
						key={item.key}
						ref={virtual.measureElement}
						data-index={item.index}
						role="listitem"
						aria-setsize={judged.length}
						aria-posinset={item.index + 1}
						className="absolute top-0 left-0 w-full border-line not-first:border-t"
						style={{ transform: `translateY(${item.start - above}px)` }}
					>
						<ApplicationRow judged={each} selected={each.application.name === selected} onOpen={onOpen} />
					</div>
				);
			})}
		</div>
	);
}
