using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Finds the drugs of a sentence and joins each with the names in brackets beside it.</summary>
internal static class DrugFinder
{
    public static void Read(SentenceReading sentence)
    {
        sentence.Mentions = [.. Mentions(sentence)];
        sentence.Groups = Groups(sentence);
    }

    private static IEnumerable<MentionAt> Mentions(SentenceReading sentence)
    {
        var tokens = sentence.Tokens;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (sentence.Reading.Names.Find(sentence.Reading.Text, tokens, i, out var length) is not { } name) continue;
            yield return new MentionAt(i, i + length, name, sentence.Sentence.SpanOf(i, i + length));
            i += length - 1;
        }
    }

    private static List<DrugGroup> Groups(SentenceReading sentence)
    {
        var groups = new List<DrugGroup>();
        var next = 0;
        foreach (var mention in sentence.Mentions)
        {
            if (mention.From < next) continue;
            var group = UnknownBrandBefore(sentence, mention) ?? Build(sentence, mention);
            groups.Add(group);
            next = group.To;
        }

        return groups;
    }

    private static DrugGroup Build(SentenceReading sentence, MentionAt head)
    {
        var reading = sentence.Reading;
        var to = SkipMarks(sentence, head.To);
        while (reading.Lexicon.Salts.Contains(sentence.Sentence.Norm(to)) && sentence.Tokens[to].Kind == TokenKind.Word) to++;
        to = SkipMarks(sentence, to);
        var names = new Names();
        if (head.Name.Kind == DrugNameKind.Brand) names.Brands.Add(Other(sentence, head.From, head.To));
        if (head.Name.Kind == DrugNameKind.Abbreviation) names.Abbreviations.Add(Other(sentence, head.From, head.To));
        var close = sentence.Sentence.Norm(to) is "(" or "[" ? Close(sentence, to) : -1;
        if (close > 0)
        {
            ReadBrackets(sentence, head, to + 1, close, names);
            if (names.Acronym is null) to = close + 1;
        }

        return Make(sentence, head.Name.Drug, names.Generic ?? head.Span, head.From, to, names, close + 1);
    }

    private static DrugGroup Make(SentenceReading sentence, DrugKey drug, Span name, int from, int to, Names names, int acronymTo)
    {
        var group = new DrugGroup
        {
            Drug = drug,
            Name = name,
            From = from,
            To = to,
            Full = sentence.Sentence.SpanOf(from, to),
            Acronym = names.Acronym,
            AcronymTo = acronymTo,
            Unclear = names.Unclear,
            ForeignBrand = names.Foreign,
        };
        group.Brands.AddRange(names.Brands);
        group.Abbreviations.AddRange(names.Abbreviations);
        return group;
    }

    /// <summary>"Brandname (generic)" with a brand that the lexicon lacks.</summary>
    private static DrugGroup? UnknownBrandBefore(SentenceReading sentence, MentionAt mention)
    {
        var lexicon = sentence.Reading.Lexicon;
        if (mention.Name.Kind == DrugNameKind.Brand || sentence.Sentence.Norm(mention.From - 1) != "(") return null;
        var after = mention.To;
        while (lexicon.Salts.Contains(sentence.Sentence.Norm(after))) after++;
        if (sentence.Sentence.Norm(after) != ")") return null;
        var marked = false;
        var at = mention.From - 2;
        while (at >= 0 && sentence.Tokens[at].Norm is "®" or "™")
        {
            marked = true;
            at--;
        }

        if (at < 0) return null;
        var word = sentence.Tokens[at];
        var written = sentence.Reading.Text.Substring(word.Start, word.Length);
        if (word.Kind != TokenKind.Word || !word.StartsUpper || word.Norm.Length < 4 || lexicon.NotBrands.Contains(word.Norm)) return null;
        if (lexicon.Classes.Heads.Contains(word.Norm) || lexicon.Classes.Index.LengthAt(sentence.Tokens, at) > 0 || lexicon.StopWords.Contains(word.Norm)) return null;
        if (!marked)
        {
            if (written.Skip(1).Any(char.IsUpper)) return null;
            var next = sentence.Sentence.Norm(after + 1);
            var opens = at == 0 || sentence.Tokens[at - 1].Norm is "–" or "-";
            if (opens && next is not ("is" or "may" or "can" or "works" or "")) return null;
        }

        var names = new Names();
        names.Brands.Add(new OtherName(written, new Span(word.Start, word.Length)));
        return Make(sentence, mention.Name.Drug, mention.Span, at, after + 1, names, 0);
    }

    private static void ReadBrackets(SentenceReading sentence, MentionAt head, int from, int to, Names names)
    {
        var lexicon = sentence.Reading.Lexicon;
        var leads = lexicon.BrandLeads;
        for (var i = from; i < to; i++)
        {
            var token = sentence.Tokens[i];
            if (token.Kind == TokenKind.Mark) continue;
            if (leads.TryMatch(sentence.Tokens, i, out var lead, out _) && sentence.Mentions.All(mention => mention.From != i))
            {
                if (token.Norm == "or" && i == from) names.Unclear = true;
                i += lead - 1;
                continue;
            }

            var mention = sentence.Mentions.FirstOrDefault(candidate => candidate.From == i);
            if (mention is not null)
            {
                Take(sentence, head, mention, names);
                i = mention.To - 1;
                continue;
            }

            if (i > from && sentence.Tokens[i - 1].Kind != TokenKind.Mark && sentence.Tokens[i - 1].Norm is not ("or" or "and" or "as" or "called" or "name" or "names")) continue;
            TakeUnknown(sentence, head, i, to, names);
            while (i + 1 < to && sentence.Tokens[i + 1].Norm is not ("," or ";" or "/" or "or" or "and")) i++;
        }
    }

    private static void Take(SentenceReading sentence, MentionAt head, MentionAt mention, Names names)
    {
        var other = new OtherName(mention.Span.Of(sentence.Reading.Text), mention.Span);
        if (!mention.Name.Drug.Equals(head.Name.Drug))
        {
            if (mention.Name.Kind == DrugNameKind.Brand) names.Foreign = other;
            names.Unclear = true;
        }
        else if (mention.Name.Kind == DrugNameKind.Brand)
        {
            names.Brands.Add(other);
        }
        else if (mention.Name.Kind == DrugNameKind.Abbreviation)
        {
            names.Abbreviations.Add(other);
        }
        else
        {
            names.Generic = head.Name.Kind == DrugNameKind.Generic ? names.Generic : mention.Span;
        }
    }

    /// <summary>A word in brackets that no lexicon knows: one capitalised word is a brand, a short one in capitals an abbreviation.</summary>
    private static void TakeUnknown(SentenceReading sentence, MentionAt head, int i, int to, Names names)
    {
        var lexicon = sentence.Reading.Lexicon;
        var token = sentence.Tokens[i];
        var next = i + 1;
        while (sentence.Sentence.Norm(next) is "®" or "™") next++;
        var alone = next == to || sentence.Sentence.Norm(next) is "," or ";" or "/" or "or" or "and";
        var written = sentence.Reading.Text.Substring(token.Start, token.Length);
        var other = new OtherName(written, new Span(token.Start, token.Length));
        if (!alone || token.Kind != TokenKind.Word || !token.StartsUpper || lexicon.NotBrands.Contains(token.Norm)
            || lexicon.Classes.Index.LengthAt(sentence.Tokens, i) > 0 || lexicon.Classes.Abbreviations.Contains(written)
            || lexicon.Routes.Adverbs.LengthAt(sentence.Tokens, i) > 0 || lexicon.Categories.Index.LengthAt(sentence.Tokens, i) > 0)
        {
            return;
        }

        if (Acronym.HasShape(written) && written.Length <= 8 && sentence.Sentence.Norm(i + 1) is not ("®" or "™"))
        {
            if (!lexicon.StopAcronyms.Contains(written)) names.Acronym ??= other;
        }
        else if (written.Length >= 4 && head.Name.Kind != DrugNameKind.Brand && written.All(char.IsLetterOrDigit))
        {
            names.Brands.Add(other);
        }
    }

    private static OtherName Other(SentenceReading sentence, int from, int to)
    {
        var span = sentence.Sentence.SpanOf(from, to);
        return new OtherName(span.Of(sentence.Reading.Text), span);
    }

    private static int SkipMarks(SentenceReading sentence, int token)
    {
        while (sentence.Sentence.Norm(token) is "®" or "™") token++;
        return token;
    }

    private static int Close(SentenceReading sentence, int open)
    {
        var depth = 0;
        for (var i = open; i < sentence.Tokens.Count; i++)
        {
            if (sentence.Tokens[i].Norm is "(" or "[") depth++;
            if (sentence.Tokens[i].Norm is ")" or "]" && --depth == 0) return i;
        }

        return -1;
    }

    private sealed class Names
    {
        public List<OtherName> Brands { get; } = [];

        public List<OtherName> Abbreviations { get; } = [];

        public Span? Generic { get; set; }

        public OtherName? Acronym { get; set; }

        public OtherName? Foreign { get; set; }

        public bool Unclear { get; set; }
    }
}
