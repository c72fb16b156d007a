/**
 * Writes a text in the characters every bank accepts in an ISO 20022 message: a-z A-Z 0-9 / - ? : ( ) . , ' + and space.
 * Letters keep their sound where there is a customary spelling (ř is r, ß is ss, Я is Ya), '&' becomes '+', and what
 * has no spelling becomes a full stop, one for each character. Line ends and runs of spaces become one space.
 * @see EPC217-08, SEPA Requirements for an Extended Character Set, Best Practices
 */
export const basicLatin = (text: string): string => {
  if (PLAIN.test(text)) return text.replace(/ {2,}/g, ' ').trim();
  // Letters with a spelling of their own come first: decomposed, й would turn into и.
  const spelled = Array.from(text.normalize('NFC'), (character) => SPELLINGS.get(character) ?? character).join('');
  const decomposed = spelled.normalize('NFKD').replace(/\p{Mark}/gu, '');
  const latin = Array.from(decomposed, (character) => (/\s/.test(character) ? ' ' : latinOf(character))).join('');
  return latin.replace(/ {2,}/g, ' ').trim();
};

const PLAIN = /^[a-zA-Z0-9/\-?:().,'+ ]*$/;

const latinOf = (character: string): string => (PLAIN.test(character) ? character : (SPELLINGS.get(character) ?? '.'));

const pairs = (lower: string): readonly (readonly [string, string])[] =>
  lower.split(' ').flatMap((pair) => {
    const [letter = '', spelling = ''] = pair.split('=');
    const upper = letter.toUpperCase();
    if (upper === letter || upper.length > 1) return [[letter, spelling]] as const;
    return [
      [letter, spelling],
      [upper, spelling.charAt(0).toUpperCase() + spelling.slice(1)],
    ] as const;
  });

const LATIN = 'ß=ss ẞ=SS æ=ae œ=oe ø=o ł=l đ=d ð=d þ=th ħ=h ı=i ŋ=n ŧ=t ĸ=k ə=e';
const GREEK = 'α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o';
const CYRILLIC =
  'а=a б=b в=v г=g ґ=g д=d е=e ё=yo є=ye ж=zh з=z и=i і=i ї=yi й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ' +
  'ц=ts ч=ch ш=sh щ=sht ъ=a ы=y ь=y э=e ю=yu я=ya ђ=dj ѓ=g ј=j љ=lj њ=nj ћ=c ќ=k ў=u џ=dz ѕ=dz';
const SIGNS: readonly (readonly [string, string])[] = [
  ['&', '+'],
  [';', ','],
  ['[', '('],
  [']', ')'],
  ['{', '('],
  ['}', ')'],
  ['\\', '/'],
  ['|', '/'],
  ['_', '-'],
  ['~', '-'],
  ['–', '-'],
  ['—', '-'],
  ['−', '-'],
  ['`', "'"],
  ['´', "'"],
  ['‘', "'"],
  ['’', "'"],
  ['‚', "'"],
  ['"', "'"],
  ['“', "'"],
  ['”', "'"],
  ['„', "'"],
  ['«', "'"],
  ['»', "'"],
  ['€', 'EUR'],
];

const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ...pairs(LATIN),
  ...pairs(GREEK),
  ...pairs(CYRILLIC),
  ...SIGNS,
]);
