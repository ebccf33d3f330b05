using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Reads drugs in a row: "a (Brand), b and low-dose c", "a + b", "a/b/c". Anything that is no drug in the row is trouble.</summary>
internal sealed class MemberListParser(Reading reading)
{
    /// <summary>The row that starts at a token; null when no drug stands there.</summary>
    public MemberList? Parse(SentenceReading sentence, int start)
    {
        var state = new State();
        if (ReadMember(sentence, start, state) is not { } next) return null;

        var to = next;
        var join = Join.None;
        string? trouble = null;
        while (trouble is null)
        {
            var at = to;
            var own = ReadJoin(sentence, ref at);
            if (own == Join.None) break;
            if (own == Join.Or && sentence.Sentence.Norm(at) is "with" or "without") break;
            if (ReadMember(sentence, at, state) is { } end)
            {
                join = Stronger(join, own);
                to = end;
                continue;
            }

            trouble = WhatFollows(sentence, own, at);
            break;
        }

        trouble ??= state.Unclear ? "the brackets hold another drug" : null;
        return new MemberList(state.Members, state.Groups, join, start, to, trouble);
    }

    private int? ReadMember(SentenceReading sentence, int at, State state)
    {
        var lexicon = reading.Lexicon;
        string? qualifier = null;
        Span? qualifierSpan = null;
        for (var step = 0; step < 4; step++)
        {
            if (sentence.GroupAt(at) is { } group)
            {
                state.Unclear |= group.Unclear;
                state.Groups.Add(group);
                if (qualifierSpan is null && QualifierBehind(sentence, group) is { } behind)
                {
                    qualifierSpan = behind;
                    qualifier = reading.Words(behind).ToLowerInvariant().Replace(' ', '-');
                }

                if (state.Members.TrueForAll(member => !member.Drug.Equals(group.Drug)))
                    state.Members.Add(new RegimenMember(group.Drug, qualifier, qualifierSpan, group.Name));
                return group.To;
            }

            var length = lexicon.DoseQualifiers.LengthAt(sentence.Tokens, at);
            if (length > 0)
            {
                qualifierSpan = sentence.Sentence.SpanOf(at, at + length);
                qualifier = reading.Words(qualifierSpan.Value).ToLowerInvariant().Replace(' ', '-');
                at += length;
                continue;
            }

            length = lexicon.MemberPrefixes.LengthAt(sentence.Tokens, at);
            if (length == 0) return null;
            at += length;
        }

        return null;
    }

    /// <summary>"drug (low dose)": the qualifier in brackets behind the name.</summary>
    private Span? QualifierBehind(SentenceReading sentence, DrugGroup group)
    {
        for (var i = group.From; i < group.To - 1; i++)
        {
            if (sentence.Tokens[i].Norm != "(") continue;
            var length = reading.Lexicon.DoseQualifiers.LengthAt(sentence.Tokens, i + 1);
            if (length > 0 && sentence.Sentence.Norm(i + 1 + length) == ")") return sentence.Sentence.SpanOf(i + 1, i + 1 + length);
        }

        return null;
    }

    private static Join ReadJoin(SentenceReading sentence, ref int at)
    {
        var join = Join.None;
        for (; at < sentence.Tokens.Count; at++)
        {
            var own = sentence.Tokens[at].Norm switch
            {
                "," or ";" => Join.Commas,
                "/" => Join.Slash,
                "and" or "&" => Join.And,
                "+" or "plus" or "-" => Join.Plus,
                "with" => Join.With,
                "or" => Join.Or,
                _ => Join.None,
            };
            if (own == Join.None || (own == Join.With && join != Join.None && join != Join.Commas)) return join;
            if (own == Join.Plus && sentence.Tokens[at].Norm == "-" && IsSpaced(sentence, at)) return join;
            join = Stronger(join, own);
        }

        return join;
    }

    private static bool IsSpaced(SentenceReading sentence, int at) =>
        at == 0 || at + 1 >= sentence.Tokens.Count || sentence.Tokens[at].Start > sentence.Tokens[at - 1].End;

    /// <summary>Null when the words after a join begin something else than a member; otherwise the trouble.</summary>
    private string? WhatFollows(SentenceReading sentence, Join join, int at)
    {
        if (at >= sentence.Tokens.Count)
            return join is Join.And or Join.Or or Join.Plus or Join.With or Join.Slash ? "the list is cut off" : sentence.Block.Span.End >= reading.Text.Length ? "the list is cut off" : null;
        if (join == Join.With) return null;
        var norm = sentence.Tokens[at].Norm;
        var lexicon = reading.Lexicon;
        if (norm is "." or ")" or "]" or ":" or "–" or "\"") return join == Join.Commas ? null : "the list is cut off";
        if (norm is "either" or "/" or "one") return "the list offers a choice";
        if (norm is "others" or "other" or "etc" or "more" or "…") return "the list is open";
        if (lexicon.Categories.Index.LengthAt(sentence.Tokens, at) > 0 || lexicon.Classes.Index.LengthAt(sentence.Tokens, at) > 0)
            return "the list names something that is no drug";
        if (lexicon.StopWords.Contains(norm) || lexicon.Qualifiers.LengthAt(sentence.Tokens, at) > 0) return null;
        if (Acronym.IsRegimen(reading.Text.Substring(sentence.Tokens[at].Start, sentence.Tokens[at].Length), reading) && join is Join.Or or Join.Commas) return null;
        return "the list names something that is not known as a drug";
    }

    private static Join Stronger(Join a, Join b) => a > b ? a : b;

    private sealed class State
    {
        public List<RegimenMember> Members { get; } = [];

        public List<DrugGroup> Groups { get; } = [];

        public bool Unclear { get; set; }
    }
}
