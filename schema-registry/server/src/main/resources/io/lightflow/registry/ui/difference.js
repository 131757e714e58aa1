/** The maximum number of lines to compare line by line: the work grows with the product of both lengths. */
const MAX_LINES = 4000;

/**
 * Computes the changes that turn one list of lines into another.
 *
 * @returns {{mark: string, line: string}[]} mark is " " for a line in both, "-" for one of before, "+" for one of after
 */
export function difference(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) end++;
  const same = (lines) => lines.map((line) => ({ mark: " ", line }));
  return [
    ...same(before.slice(0, start)),
    ...changed(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

function changed(before, after) {
  const all = (mark, lines) => lines.map((line) => ({ mark, line }));
  if (before.length > MAX_LINES || after.length > MAX_LINES) return [...all("-", before), ...all("+", after)];
  // common[i][j]: the length of the longest common subsequence of the remainders from i and j.
  const common = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i][j] = before[i] === after[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const result = [];
  let i = 0;
  let j = 0;
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      result.push({ mark: " ", line: before[i++] });
      j++;
    } else if (common[i + 1][j] >= common[i][j + 1]) {
      result.push({ mark: "-", line: before[i++] });
    } else {
      result.push({ mark: "+", line: after[j++] });
    }
  }
  return [...result, ...all("-", before.slice(i)), ...all("+", after.slice(j))];
}
