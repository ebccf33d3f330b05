using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>A condition as a sentence names it, one for each state.</summary>
/// <param name="From">First token of the state, or of the condition when it has no state.</param>
/// <param name="To">Token after the words of this state; after the condition for the last one.</param>
/// <param name="IsDefined">True when the words define the state ("that has come back (called relapsed …)").</param>
internal sealed record ConditionAt(Term Condition, Term? State, int From, int To, bool IsDefined);

/// <summary>A state with the words that say what it means.</summary>
internal sealed record DefinitionAt(Term State, int From, int MeansFrom, int Open, int To);

/// <summary>Reads "relapsed or refractory CONDITION", "CONDITION, CONDITION and CONDITION", "CONDITION that … (called STATE CONDITION)".</summary>
internal static class ConditionReader
{
    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        "certain", "some", "different", "types", "type", "of", "kinds", "people", "adults", "patients", "children", "with", "who", "have", "the", "a", "an",
        "many", "all", "several", "cases", "someone", "adult", "women", "men", "other", "your", "that", "is", "in",
    };

    public static List<ConditionAt> Read(SentenceReading sentence, int at)
    {
        var found = new List<ConditionAt>();
        while (at < sentence.Tokens.Count)
        {
            if (!ReadGroup(sentence, ref at, found)) break;
            var next = at;
            while (sentence.Sentence.Norm(next) is "," or "and" or "or") next++;
            if (next == at) break;
            at = next;
        }

        return found;
    }

    private static bool ReadGroup(SentenceReading sentence, ref int at, List<ConditionAt> found)
    {
        var reading = sentence.Reading;
        var i = at;
        var skipped = 0;
        while (skipped < 5 && Skipped.Contains(sentence.Sentence.Norm(i)))
        {
            i++;
            skipped++;
        }

        var states = new List<(Term State, int From, int To)>();
        while (reading.Lexicon.Conditions.States.TryMatch(sentence.Tokens, i, out var length, out var state))
        {
            if (ConditionAt(sentence, i, out _) is not null) break;
            states.Add((state, i, i + length));
            i += length;
            while (sentence.Sentence.Norm(i) is "," or "or" or "and" or "/") i++;
        }

        if (ConditionAt(sentence, i, out var conditionTo) is not { } condition) return false;

        if (states.Count == 0)
        {
            var definitions = Definitions(sentence).Where(definition => definition.From >= i).ToList();
            if (definitions.Count > 0 && definitions[0].From == i)
            {
                var from = i;
                foreach (var definition in definitions)
                {
                    found.Add(new ConditionAt(condition, definition.State, from, definition.To, true));
                    from = definition.To;
                }

                at = definitions[^1].To;
                return true;
            }

            found.Add(new ConditionAt(condition, null, i, conditionTo, false));
        }

        for (var k = 0; k < states.Count; k++)
            found.Add(new ConditionAt(condition, states[k].State, states[k].From, k == states.Count - 1 ? conditionTo : states[k].To, false));
        at = conditionTo;
        if (sentence.Sentence.Norm(at) == "(" && sentence.Sentence.Norm(at + 2) == ")") at += 3;
        return true;
    }

    /// <summary>A condition of the lexicon or document, or up to three words before "cancer", "lymphoma" and the like.</summary>
    public static Term? ConditionAt(SentenceReading sentence, int at, out int to)
    {
        var reading = sentence.Reading;
        to = at;
        if (at >= sentence.Tokens.Count) return null;
        if (reading.Names.FindCondition(reading.Text, sentence.Tokens, at, out var length) is { } known)
        {
            to = at + length;
            return known;
        }

        for (var i = at; i < Math.Min(at + 4, sentence.Tokens.Count); i++)
        {
            var token = sentence.Tokens[i];
            if (token.Kind != TokenKind.Word || reading.Lexicon.StopWords.Contains(token.Norm) || sentence.GroupAt(i) is not null || token.Norm is "and" or "or") return null;
            if (reading.Lexicon.Conditions.States.LengthAt(sentence.Tokens, i) > 0 || Skipped.Contains(token.Norm)) return null;
            if (!reading.Lexicon.Conditions.Heads.Contains(token.Norm) || i == at) continue;
            to = i + 1;
            var name = sentence.Words(sentence.Sentence.SpanOf(at, to));
            return new Term(Slug.Of(name), name);
        }

        return null;
    }

    /// <summary>All "… (called STATE …)" of a sentence, in text order.</summary>
    public static List<DefinitionAt> Definitions(SentenceReading sentence)
    {
        var found = new List<DefinitionAt>();
        var reading = sentence.Reading;
        for (var i = 0; i < sentence.Tokens.Count; i++)
        {
            if (sentence.Tokens[i].Norm != "(") continue;
            var at = i + 1;
            while (sentence.Sentence.Norm(at) is "also" or "sometimes" or "this" or "is") at++;
            if (sentence.Sentence.Norm(at) == "known" && sentence.Sentence.Norm(at + 1) == "as") at += 2;
            else if (sentence.Sentence.Norm(at) == "called") at++;
            else continue;
            if (!reading.Lexicon.Conditions.States.TryMatch(sentence.Tokens, at, out var length, out var state)) continue;
            at += length;
            if (ConditionAt(sentence, at, out var conditionTo) is not null) at = conditionTo;
            if (sentence.Sentence.Norm(at) != ")") continue;
            if (Start(sentence, i, found) is not { } start) continue;
            found.Add(new DefinitionAt(state, start.From, start.Means, i, at + 1));
            i = at;
        }

        return found;
    }

    private static (int From, int Means)? Start(SentenceReading sentence, int open, List<DefinitionAt> before)
    {
        if (before.Count > 0 && sentence.Sentence.Norm(before[^1].To) is "or" or "and" && open > before[^1].To + 2)
        {
            var from = before[^1].To + 1;
            if (sentence.Sentence.Norm(from) is not ("that" or "which" or "when")) return (from, from);
        }

        for (var i = open - 1; i >= 0 && open - i < 40; i--)
        {
            if (sentence.Tokens[i].Norm is not ("that" or "which" or "when" or "if")) continue;
            for (var back = Math.Max(0, i - 6); back < i; back++)
            {
                if (ConditionAt(sentence, back, out var to) is null || to != i) continue;
                var means = i + 1;
                if (sentence.Tokens[i].Norm is "when" or "if" && sentence.Sentence.Norm(means) is "you" or "it" or "they" or "people") means++;
                return (back, means);
            }
        }

        return null;
    }
}
