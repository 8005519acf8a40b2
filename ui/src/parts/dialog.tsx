import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./icon.tsx";

interface DialogProps {
	readonly title: string;
	readonly onClose: () => void;
	readonly children: ReactNode;
	/** Buttons at the foot. */
	readonly actions: ReactNode;
}

/** A modal question, in the browser's own dialog: it keeps the focus and ends with Escape. */
export function Dialog({ title, onClose, children, actions }: DialogProps): ReactNode {
	const dialog = useRef<HTMLDialogElement>(null);
	const heading = useId();
	useEffect(() => {
		const element = dialog.current;
		element?.showModal();
		return () => element?.close();
	}, []);
	return (
		<dialog
			ref={dialog}
			aria-labelledby={heading}
			onClose={onClose}
			className="m-auto w-[min(36rem,calc(100vw-2rem))] rounded-xl border border-line bg-surface p-0 text-ink shadow-2xl"
		>
			<div className="flex items-start gap-4 px-5 pt-4">
				<h2 id={heading} className="flex-1 text-lg font-semibold text-balance">
					{title}
				</h2>
				<button
					type="button"
					aria-label="Close"
					onClick={onClose}
					className="-mr-1.5 rounded-md p-1.5 text-muted hover:bg-raised hover:text-ink"
				>
					<Icon name="close" />
				</button>
			</div>
			<div className="max-h-[60dvh] space-y-3 overflow-y-auto px-5 py-3">{children}</div>
			<div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{actions}</div>
		</dialog>
	);
}
