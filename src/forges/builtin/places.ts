/** Lets a limited number work at once, and a limited number wait. */
export interface Places {
	/** Resolves to how to give the place back, or to undefined where too many wait already or `signal` fired. */
	take(signal: AbortSignal): Promise<(() => void) | undefined>;
}

export function createPlaces(limits: { readonly working: number; readonly waiting: number }): Places {
	let working = 0;
	const queue: (() => void)[] = [];

	function giveBack(): () => void {
		let isBack = false;
		return () => {
			if (isBack) return;
			isBack = true;
			const next = queue.shift();
			if (next === undefined) working -= 1;
			else next();
		};
	}

	return {
		async take(signal) {
			if (signal.aborted) return undefined;
			if (working < limits.working) {
				working += 1;
				return giveBack();
			}
			if (queue.length >= limits.waiting) return undefined;
			return new Promise((resolve) => {
				const leave = (): void => {
					queue.splice(queue.indexOf(enter), 1);
					resolve(undefined);
				};
				const enter = (): void => {
					signal.removeEventListener("abort", leave);
					resolve(giveBack());
				};
				signal.addEventListener("abort", leave, { once: true });
				queue.push(enter);
			});
		},
	};
}
