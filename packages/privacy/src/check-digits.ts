const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const ID_CHECKS = '10X98765432'

/** Resident identity number: 17 digits and a check digit or X, with a birth date that can be (GB 11643-1999). */
export function isIdNumber(text: string): boolean {
  if (!looksLikeIdNumber(text)) return false
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0)
  return ID_CHECKS[sum % 11] === text[17]
}

/** The same, whatever its check digit: one digit that was misheard or misread makes it wrong, and no less private. */
export function looksLikeIdNumber(text: string): boolean {
  return /^[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/u.test(text)
}

/** Bank card: 16 to 19 digits with the prefix of a card network and a check digit (Luhn, ISO/IEC 7812-1). */
export function isCardNumber(text: string): boolean {
  if (!/^(?:62|4|5[1-5]|3[4-7]|60|81|9[01])\d+$/u.test(text) || text.length < 16 || text.length > 19) return false
  let sum = 0
  for (let i = 0; i < text.length; i++) {
    const digit = Number(text[text.length - 1 - i])
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** Mobile number, with or without the country code. */
export function isMobileNumber(text: string): boolean {
  return /^(?:(?:00)?86)?1[3-9]\d{9}$/u.test(text)
}

/** 010 and 02x with eight digits; behind a country code the 0 may be left out. */
const LARGE_CITY = /^(?:(?:00)?86(?:0?10|0?2\d)|010|02\d)[2-8]\d{7}$/u
/** Other area codes have four digits, and seven or eight follow. */
const OTHER_AREA = /^(?:(?:00)?86)?0[3-9]\d{2}[2-8]\d{6,7}$/u

/** Landline with its area code. */
export function isLandlineNumber(text: string): boolean {
  return LARGE_CITY.test(text) || OTHER_AREA.test(text)
}
