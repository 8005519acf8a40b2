/** Whether a text matches a glob in which `*` stands for any characters and `?` for one; everything else is literal. Linear in practice: no backtracking beyond the last star. */
export function matchesGlob(glob: string, text: string): boolean {
	let g = 0;
	let t = 0;
	let star = -1;
	let mark = 0;
	while (t < text.length) {
		if (g < glob.length && (glob[g] === "?" || (glob[g] === text[t] && glob[g] !== "*"))) {
			g += 1;
			t += 1;
		} else if (g < glob.length && glob[g] === "*") {
			star = g;
			mark = t;
			g += 1;
		} else if (star >= 0) {
			g = star + 1;
			mark += 1;
			t = mark;
		} else {
			return false;
		}
	}
	while (glob[g] === "*") g += 1;
	return g === glob.length;
}
