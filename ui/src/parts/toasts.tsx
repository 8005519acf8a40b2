import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { Icon } from "./icon.tsx";

interface Toast {
	readonly id: number;
	readonly tone: "good" | "bad";
	readonly text: string;
}

/** Tells the result of what a person did. */
export type Tell = (tone: Toast["tone"], text: string) => void;

const TellContext = createContext<Tell>(() => undefined);

/** How to tell a result, from anywhere in the page. */
export function useTell(): Tell {
	return useContext(TellContext);
}

/** Holds the messages of the page; bad ones stay until they are closed. */
export function Toasts({ children }: { readonly children: ReactNode }): ReactNode {
	const [toasts, setToasts] = useState<readonly Toast[]>([]);
	const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
	const tell = useCallback<Tell>(
		(tone, text) => {
			const id = Date.now() + Math.random();
			setToasts((all) => [...all.slice(-2), { id, tone, text }]);
			if (tone === "good") setTimeout(() => close(id), 5000);
		},
		[close],
	);
	return (
		<TellContext.Provider value={tell}>
			{children}
			<div
				role="status"
				aria-live="polite"
				className="pointer-events-none fixed inset-x-0 bottom-4 z-50 flex flex-col items-center gap-2 px-4"
			>
				{toasts.map((toast) => (
					<div
						key={toast.id}
						className="pointer-events-auto flex max-w-xl items-start gap-2 rounded-lg border border-line bg-surface py-2.5 pr-2 pl-3.5 text-[13.5px] shadow-lg"
					>
						<Icon
							name={toast.tone === "good" ? "check-circle" : "cross-circle"}
							className={`mt-0.5 ${toast.tone === "good" ? "text-good" : "text-bad"}`}
						/>
						<span className="min-w-0 [overflow-wrap:anywhere]">{toast.text}</span>
						<button type="button" aria-label="Dismiss" onClick={() => close(toast.id)} className="rounded p-0.5 text-muted hover:text-ink">
							<Icon name="close" />
						</button>
					</div>
				))}
			</div>
		</TellContext.Provider>
	);
}
