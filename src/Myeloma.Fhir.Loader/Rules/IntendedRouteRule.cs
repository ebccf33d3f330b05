using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Routes and forms of a drug: "is given as a tablet and taken by mouth", "usually given into a vein".</summary>
internal sealed class IntendedRouteRule : IFactRule
{
    /// <returns>
    /// One fact per route or form a sentence states, in text order; the qualifier ("usually", "sometimes") as written, null when there is none.
    /// The span is the words of the route with its verb and qualifier, in UTF-16 units of the document.
    /// </returns>
    public IEnumerable<Fact> Find(Reading reading) => reading.Body.SelectMany(Of);

    private static IEnumerable<Fact> Of(SentenceReading sentence)
    {
        if (sentence.Subject is not { Drugs.Count: > 0 } subject) yield break;
        var routes = sentence.Reading.Lexicon.Routes;
        var isNominal = false;
        foreach (var fact in Nominal(sentence, subject))
        {
            isNominal |= fact is FormFact;
            yield return fact;
        }

        for (var i = subject.To; i < sentence.Tokens.Count; i++)
        {
            if (sentence.Tokens[i].Norm == "as" && !routes.Verbs.Contains(sentence.Sentence.Norm(i - 1)) && FormAt(sentence, i + 1, out var asTo, out var asForm)
                && (SubjectFinder.OpensWithYou(sentence) || FollowsVerb(sentence, i, subject.To)) && IsAbout(sentence, subject, i))
            {
                foreach (var drug in subject.Drugs) yield return new FormFact(drug.Drug, asForm, sentence.Sentence.SpanOf(i, asTo));
            }

            if (routes.FormVerbs.TryMatch(sentence.Tokens, i, out var verb, out _) && FormAt(sentence, i + verb, out var formTo, out var form))
            {
                if (IsAbout(sentence, subject, i))
                {
                    foreach (var drug in subject.Drugs) yield return new FormFact(drug.Drug, form, sentence.Sentence.SpanOf(i, formTo));
                }
            }

            if (!routes.Phrases.TryMatch(sentence.Tokens, i, out var length, out var route)) continue;
            var to = Brackets(sentence, i + length, route);
            var from = Left(sentence, i, subject.To, out var qualifier, out var hasVerb);
            i = to - 1;
            if (!hasVerb && !isNominal && !SubjectFinder.OpensWithYou(sentence) && !FollowsVerb(sentence, from, subject.To)) continue;
            if (!IsAbout(sentence, subject, from)) continue;
            foreach (var drug in subject.Drugs) yield return new RouteFact(drug.Drug, route, qualifier, sentence.Sentence.SpanOf(from, to));
        }
    }

    /// <summary>"X is a capsule", "X is an injection into …", "X is an oral medicine".</summary>
    private static IEnumerable<Fact> Nominal(SentenceReading sentence, Subject subject)
    {
        var routes = sentence.Reading.Lexicon.Routes;
        var at = subject.To;
        if (SubjectFinder.OpensWithYou(sentence) || sentence.Sentence.Norm(at) is not ("is" or "are")) yield break;
        var first = at + 1;
        while (sentence.Sentence.Norm(first) is "a" or "an") first++;
        if (routes.Adverbs.TryMatch(sentence.Tokens, first, out var length, out var route) && sentence.Reading.Lexicon.DrugNouns.Contains(sentence.Sentence.Norm(first + length)))
        {
            foreach (var drug in subject.Drugs) yield return new RouteFact(drug.Drug, route, null, sentence.Sentence.SpanOf(first, first + length + 1));
        }

        if (!FormAt(sentence, first, out var to, out var form)) yield break;
        if (to < sentence.Tokens.Count && sentence.Tokens[to].Kind == TokenKind.Word && !sentence.Reading.Lexicon.StopWords.Contains(sentence.Tokens[to].Norm) && sentence.Tokens[to].Norm != "under") yield break;
        foreach (var drug in subject.Drugs) yield return new FormFact(drug.Drug, form, sentence.Sentence.SpanOf(at, to));
    }

    private static bool FormAt(SentenceReading sentence, int at, out int to, out string form)
    {
        to = at;
        form = "";
        while (sentence.Sentence.Norm(to) is "a" or "an" or "daily" or "slow" or "intravenous" or "iv" or "oral" or "subcutaneous") to++;
        if (!sentence.Reading.Lexicon.Routes.Forms.TryMatch(sentence.Tokens, to, out var length, out var found)) return false;
        form = found;
        to += length;
        return true;
    }

    /// <summary>Brackets behind the phrase that name the same route belong to it: "into a vein (intravenously)".</summary>
    private static int Brackets(SentenceReading sentence, int at, Term route)
    {
        if (sentence.Sentence.Norm(at) != "(") return at;
        if (!sentence.Reading.Lexicon.Routes.Adverbs.TryMatch(sentence.Tokens, at + 1, out var length, out var named) || named != route) return at;
        return sentence.Sentence.Norm(at + 1 + length) == ")" ? at + 2 + length : at;
    }

    /// <summary>Goes left over "as an injection", the verb and the qualifier.</summary>
    private static int Left(SentenceReading sentence, int at, int stop, out string? qualifier, out bool hasVerb)
    {
        var lexicon = sentence.Reading.Lexicon;
        var from = at;
        for (var back = 4; back >= 1; back--)
        {
            if (from - back < stop || lexicon.Routes.Between.LengthAt(sentence.Tokens, from - back) != back) continue;
            from -= back;
            break;
        }

        hasVerb = from - 1 >= stop && lexicon.Routes.Verbs.Contains(sentence.Tokens[from - 1].Norm);
        var isYours = !hasVerb && from - 2 >= stop && sentence.Tokens[from - 2].Norm == "you" && lexicon.Routes.YouVerbs.Contains(sentence.Tokens[from - 1].Norm);
        if (hasVerb || isYours) from--;
        hasVerb |= isYours || (from == at && from > stop && sentence.Tokens[at].Norm.EndsWith("ed", StringComparison.Ordinal) && lexicon.Modals.Contains(sentence.Tokens[at - 1].Norm));
        qualifier = null;
        for (var back = 2; back >= 1; back--)
        {
            if (from - back < stop || lexicon.Qualifiers.LengthAt(sentence.Tokens, from - back) != back) continue;
            if (sentence.Tokens[from - back].Norm is "also" or "either") break;
            from -= back;
            qualifier = sentence.Words(sentence.Sentence.SpanOf(from, from + back)).ToLowerInvariant();
            break;
        }

        return from;
    }

    /// <summary>A second route joined by "or" or a comma leans on the verb before it.</summary>
    private static bool FollowsVerb(SentenceReading sentence, int from, int stop) =>
        sentence.HasAny(sentence.Reading.Lexicon.Routes.Verbs, stop, from);

    private static bool IsAbout(SentenceReading sentence, Subject subject, int from)
    {
        // "is fatal if given into …" warns of a route.
        if (sentence.IsNegated(subject.To, from) || sentence.Sentence.Norm(from - 1) is "if" or "unless" or "when")
        {
            sentence.Reading.Refuse(sentence.Span, "the sentence says that something is not so");
            return false;
        }

        foreach (var group in sentence.Groups)
        {
            if (group.From < subject.To || group.From > from) continue;
            sentence.Reading.Refuse(sentence.Span, "it is not clear which drug is given that way");
            return false;
        }

        return true;
    }
}
