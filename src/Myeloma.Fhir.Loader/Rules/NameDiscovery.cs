using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>
/// Names that the document adds: a drug it introduces as one ("X (Brand) is a … inhibitor"), a word of a drug's place that is a misspelt
/// name or ends as drug names do, new brands, and abbreviations of conditions.
/// </summary>
internal static class NameDiscovery
{
    private static readonly HashSet<string> Before = new(StringComparer.Ordinal) { ",", "and", "&", "+", "plus", "/", "–", "-", ":", "(", "or", "with", "either", "=" };
    private static readonly HashSet<string> After = new(StringComparer.Ordinal) { ",", "and", "&", "+", "plus", "/", ")", "(", "or", ".", ";", "", "with", "–", "-" };

    public static void Run(Reading reading)
    {
        foreach (var sentence in reading.Sentences.Where(sentence => !sentence.IsReference))
        {
            FindConditionAbbreviations(sentence);
            FindIntroduction(sentence);
        }

        foreach (var sentence in reading.Sentences.Where(sentence => !sentence.IsReference && sentence.Block.Kind != BlockKind.Heading))
        {
            FindListNames(sentence);
        }

        foreach (var sentence in reading.Sentences.Where(sentence => !sentence.IsReference))
        {
            DrugFinder.Read(sentence);
            foreach (var group in sentence.Groups)
            {
                foreach (var brand in group.Brands) AddBrand(reading, group.Drug, brand.Written);
            }
        }
    }

    private static void AddBrand(Reading reading, DrugKey drug, string written)
    {
        var norms = Tokenizer.Norms(written);
        if (norms.Length != 1 || reading.Lexicon.Drugs.HasFirst(norms[0])) return;
        reading.Names.Add(norms[0], new DrugName(drug, written, DrugNameKind.Brand, false));
    }

    private static void FindConditionAbbreviations(SentenceReading sentence)
    {
        var reading = sentence.Reading;
        var tokens = sentence.Tokens;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!reading.Lexicon.Conditions.Conditions.TryMatch(tokens, i, out var length, out var term)) continue;
            var at = i + length;
            if (sentence.Sentence.Norm(at) != "(" || sentence.Sentence.Norm(at + 2) != ")") continue;
            var written = reading.Text.Substring(tokens[at + 1].Start, tokens[at + 1].Length);
            if (written.Length is >= 2 and <= 8 && written.Count(char.IsUpper) >= 2) reading.Names.Conditions.TryAdd(written, term);
        }
    }

    private static void FindIntroduction(SentenceReading sentence)
    {
        var reading = sentence.Reading;
        var tokens = sentence.Tokens;
        if (tokens.Count < 4 || !IsUnknownName(sentence, 0)) return;

        var at = 1;
        while (sentence.Sentence.Norm(at) is "®" or "™") at++;
        var hasBrand = false;
        var generic = 0;
        if (sentence.Sentence.Norm(at) == "(")
        {
            var inner = at + 1;
            while (at < tokens.Count && tokens[at].Norm != ")") at++;
            if (at >= tokens.Count) return;
            at++;
            var brand = tokens[inner];
            if (brand.Kind != TokenKind.Word) return;
            if (brand.StartsUpper)
            {
                if (reading.Lexicon.Drugs.Find(reading.Text, tokens, inner, out _) is { } known)
                {
                    if (known.Kind == DrugNameKind.Brand && known.Drug.Equals(reading.Lexicon.Drugs.Closest(tokens[0].Norm)))
                        AddMisspelling(reading, tokens[0], known.Drug);
                    if (known.Kind == DrugNameKind.Brand) return;
                }

                hasBrand = !Acronym.HasShape(reading.Text.Substring(brand.Start, brand.Length));
            }
            else if (inner + 1 < tokens.Count && tokens[inner + 1].Norm is ")" or "®" && IsUnknownName(sentence, inner))
            {
                // "Brand (generic) is a …": the name in small letters is the generic one.
                generic = inner;
                hasBrand = true;
            }
        }

        if (sentence.Sentence.Norm(at) is not "is" || !NamesADrugKind(sentence, at + 1, out var isClass)) return;
        var name = tokens[generic];
        if (!hasBrand && !reading.Lexicon.Drugs.HasStem(name.Norm) && !(isClass && name.Norm.Length >= 6)) return;
        var drug = new DrugKey(Slug.Of(name.Norm), name.Norm);
        reading.Names.Add(name.Norm, new DrugName(drug, reading.Text.Substring(name.Start, name.Length), DrugNameKind.Generic, false));
        if (generic > 0) AddBrand(reading, drug, reading.Text.Substring(tokens[0].Start, tokens[0].Length));
    }

    /// <summary>True after "is" for "a … inhibitor", "another … drug", "a type of … antibody".</summary>
    private static bool NamesADrugKind(SentenceReading sentence, int at, out bool isClass)
    {
        var lexicon = sentence.Reading.Lexicon;
        isClass = false;
        if (sentence.Sentence.Norm(at) is not ("a" or "an" or "another" or "the" or "one")) return false;
        var head = "";
        for (var i = at + 1; i < Math.Min(sentence.Tokens.Count, at + 10); i++)
        {
            if (lexicon.Classes.Index.LengthAt(sentence.Tokens, i) > 0) isClass = true;
            var norm = sentence.Tokens[i].Norm;
            if (norm is "type" or "kind" or "form" or "of") continue;
            if (sentence.Tokens[i].Kind != TokenKind.Word || lexicon.StopWords.Contains(norm) || norm is "and" or "or" or "similar") break;
            head = norm;
        }

        return isClass || (head != "therapy" && lexicon.Classes.DrugHeads.Contains(head));
    }

    private static bool IsUnknownName(SentenceReading sentence, int token)
    {
        var reading = sentence.Reading;
        var word = sentence.Tokens[token];
        return word.Kind == TokenKind.Word && word.Norm.Length >= 5 && word.Norm.All(c => char.IsLetter(c) || c == '-')
            && reading.Names.Find(reading.Text, sentence.Tokens, token, out _) is null
            && !reading.Lexicon.NotIntroduced.Contains(word.Norm) && !reading.Lexicon.NotBrands.Contains(word.Norm)
            && !reading.Lexicon.StopWords.Contains(word.Norm)
            && reading.Lexicon.Classes.Index.LengthAt(sentence.Tokens, token) == 0
            && reading.Lexicon.Categories.Index.LengthAt(sentence.Tokens, token) == 0
            && reading.Lexicon.Conditions.Conditions.LengthAt(sentence.Tokens, token) == 0;
    }

    private static void FindListNames(SentenceReading sentence)
    {
        var reading = sentence.Reading;
        var tokens = sentence.Tokens;
        bool? hasDrug = null;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Norm.Length < 7 || tokens[i].Kind != TokenKind.Word || !IsUnknownName(sentence, i)) continue;
            var before = sentence.Sentence.Norm(i - 1);
            var opens = i == 0 || Before.Contains(before) || reading.Lexicon.DoseQualifiers.LengthAt(tokens, i - 1) == 1;
            if (!After.Contains(sentence.Sentence.Norm(i + 1)) || !opens) continue;

            // Only beside a known drug is a word close to a drug name taken for a misspelt one.
            hasDrug ??= Enumerable.Range(0, tokens.Count).Any(at => reading.Names.Find(reading.Text, tokens, at, out _) is not null);
            if (hasDrug.Value && reading.Lexicon.Drugs.Closest(tokens[i].Norm) is { } meant) AddMisspelling(reading, tokens[i], meant);
            else if (reading.Lexicon.Drugs.HasStem(tokens[i].Norm) && (hasDrug.Value || i > 0 || tokens.Count > 2)) AddByStem(reading, tokens[i]);
        }
    }

    private static void AddByStem(Reading reading, Token token) =>
        reading.Names.Add(token.Norm, new DrugName(
            new DrugKey(Slug.Of(token.Norm), token.Norm), reading.Text.Substring(token.Start, token.Length), DrugNameKind.Generic, false));

    private static void AddMisspelling(Reading reading, Token token, DrugKey meant) =>
        reading.Names.Add(token.Norm, new DrugName(meant, reading.Text.Substring(token.Start, token.Length), DrugNameKind.Misspelling, true));
}
