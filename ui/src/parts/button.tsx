import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

const looks = {
	primary: "border-ink bg-ink text-surface hover:opacity-88",
	plain: "border-line-strong bg-surface text-ink hover:bg-raised",
	bare: "border-transparent text-muted hover:bg-raised hover:text-ink",
	danger: "border-bad-strong bg-bad-strong text-white hover:opacity-90",
} as const;

interface ButtonProps {
	readonly children: ReactNode;
	readonly look?: keyof typeof looks;
	readonly icon?: IconName;
	readonly busy?: boolean;
	readonly disabled?: boolean;
	readonly type?: "button" | "submit";
	readonly label?: string;
	readonly title?: string;
	readonly pressed?: boolean;
	readonly className?: string;
	readonly onClick?: () => void;
}

/** A button; while `busy` it shows so and takes no second click. */
export function Button({
	children,
	look = "plain",
	icon,
	busy = false,
	disabled = false,
	type = "button",
	label,
	title,
	pressed,
	className,
	onClick,
}: ButtonProps): ReactNode {
	return (
		<button
			type={type === "submit" ? "submit" : "button"}
			disabled={disabled || busy}
			aria-label={label}
			aria-pressed={pressed}
			aria-busy={busy ? true : undefined}
			title={title}
			onClick={onClick}
			className={`inline-flex min-h-8 items-center justify-center gap-1.5 rounded-md border px-2.5 text-[13px] font-medium whitespace-nowrap transition-colors disabled:opacity-50 ${looks[look]} ${className ?? ""}`}
		>
			{busy ? <Icon name="spinner" /> : icon === undefined ? null : <Icon name={icon} />}
			{children}
		</button>
	);
}
