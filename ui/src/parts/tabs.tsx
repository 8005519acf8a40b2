import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";

interface TabsProps<T extends string> {
	readonly label: string;
	readonly tabs: readonly { readonly id: T; readonly title: string; readonly count?: number }[];
	readonly active: T;
	readonly onChange: (tab: T) => void;
	readonly children: ReactNode;
}

/** Tabs as the WAI-ARIA practices describe them: arrows move, one tab stop. */
export function Tabs<T extends string>({ label, tabs, active, onChange, children }: TabsProps<T>): ReactNode {
	const id = useId();
	const list = useRef<HTMLDivElement>(null);

	function move(event: KeyboardEvent): void {
		const index = tabs.findIndex((tab) => tab.id === active);
		const target = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
		if (target === undefined) return;
		event.preventDefault();
		const next = tabs[(target + tabs.length) % tabs.length];
		if (next === undefined) return;
		onChange(next.id);
		list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
	}

	return (
		<div className="flex min-h-0 flex-1 flex-col">
			<div ref={list} role="tablist" aria-label={label} onKeyDown={move} className="flex gap-1 overflow-x-auto border-b border-line px-3">
				{tabs.map((tab) => (
					<button
						key={tab.id}
						type="button"
						role="tab"
						id={`${id}-${tab.id}`}
						data-tab={tab.id}
						aria-selected={tab.id === active}
						aria-controls={`${id}-panel`}
						tabIndex={tab.id === active ? 0 : -1}
						onClick={() => onChange(tab.id)}
						className="-mb-px inline-flex items-center gap-1.5 border-b-2 border-transparent px-2.5 py-2.5 text-[13px] font-medium whitespace-nowrap text-muted -outline-offset-2 hover:text-ink aria-selected:border-ink aria-selected:text-ink"
					>
						{tab.title}
						{tab.count === undefined ? null : (
							<span className="rounded-full bg-raised px-1.5 text-xs text-muted tabular-nums">{tab.count}</span>
						)}
					</button>
				))}
			</div>
			<div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${active}`} className="min-h-0 flex-1 overflow-y-auto">
				{children}
			</div>
		</div>
	);
}
