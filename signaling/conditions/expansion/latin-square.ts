/** Orders of presentation that balance position and carry-over. */

/**
 * Rows over 0..size−1 in which every value stands equally often at every position and directly
 * after every other value: `size` rows if it is even, twice as many if it is odd, each followed by its reverse.
 * Sources: Bradley 1958, J. Amer. Statist. Ass. 53, 525–528; Williams 1949, Aust. J. Sci. Res. A 2, 149–168.
 */
export function balancedLatinSquare(size: number): readonly (readonly number[])[] {
  const rows: number[][] = [];
  for (let shift = 0; shift < size; shift++) {
    let low = 0;
    let high = size - 1;
    const row = Array.from({ length: size }, (_, position) => {
      const isLow = position < 2 || position % 2 === 1;
      return ((isLow ? low++ : high--) + shift) % size;
    });
    rows.push(row);
    if (size % 2 === 1) rows.push(row.toReversed());
  }
  return rows;
}

/** The square's different rows: as above, but one row for one value. */
export function williamsRows(size: number): readonly (readonly number[])[] {
  return size === 1 ? [[0]] : balancedLatinSquare(size);
}
