namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>What stands in double braces: filters of descriptions, concepts and members, and the history supplement.</summary>
internal sealed partial class ConstraintParser
{
    private static readonly string[] DescriptionKeywords = ["term", "language", "type", "typeId", "dialect", "dialectId", "moduleId", "effectiveTime", "active", "id"];
    private static readonly string[] ConceptKeywords = ["definitionStatus", "definitionStatusId", "moduleId", "effectiveTime", "active"];

    /// <summary>The filters of members that follow.</summary>
    private List<ConstraintFilter> MemberFilters()
    {
        var filters = new List<ConstraintFilter>();
        while (text.Next == '{' && text.Peek(1) == '{' && Marker(2) == 'M')
        {
            Open();
            filters.AddRange(List(MemberFilter));
        }

        return filters;
    }

    private ExpressionConstraint Filtered(ExpressionConstraint focus)
    {
        var (whole, before) = (focus, depth);
        while (text.Next == '{' && text.Peek(1) == '{')
        {
            // Each of them goes around what is before it.
            Enter();
            var at = text.Position;
            var marker = Marker(2);
            Open();
            if (marker == 'M') throw text.Expected("a filter of members right behind ^ and its reference sets", at);
            if (marker == '+')
            {
                whole = History(whole);
                break;
            }

            whole = marker == 'C' ? new ExpressionConstraint.Filtered(whole, List(ConceptFilter)) : new ExpressionConstraint.Described(whole, List(DescriptionFilter));
        }

        depth = before;
        return whole;
    }

    /// <summary>Which filters stand in the braces ahead: C, D, M, or + for the history; D where nothing says so.</summary>
    private char Marker(int ahead)
    {
        while (text.Peek(ahead) is ' ' or '\t' or '\r' or '\n') ahead++;
        var letter = char.ToUpperInvariant(text.Peek(ahead));
        if (letter == '+') return '+';
        var word = "";
        for (var at = ahead; char.IsAsciiLetter(text.Peek(at)) && word.Length < 24; at++) word += text.Peek(at);

        // A plus sign in the query of a URL is a blank.
        if (word.Equals("history", StringComparison.OrdinalIgnoreCase)) return '+';
        if (letter is not ('C' or 'D' or 'M')) return 'D';
        return word.Length == 1 || (!IsOneOf(word, DescriptionKeywords) && (letter == 'M' || IsOneOf(word.AsSpan(1), letter == 'C' ? ConceptKeywords : DescriptionKeywords))) ? letter : 'D';
    }

    /// <summary>Takes the braces and the letter behind them.</summary>
    private void Open()
    {
        var marker = Marker(2);
        text.Require("{{");
        if (marker == '+') text.Take("+");
        else if (char.ToUpperInvariant(text.Next) == marker && !(marker == 'D' && IsOneOf(text.PeekWord(), DescriptionKeywords))) text.Take(text.Next.ToString());
    }

    private List<ConstraintFilter> List(Func<ConstraintFilter> read)
    {
        var filters = new List<ConstraintFilter>();
        do filters.Add(read());
        while (text.Take(","));
        text.Require("}}");
        return filters;
    }

    private ConstraintFilter DescriptionFilter()
    {
        var keyword = Keyword(DescriptionKeywords, "a filter of descriptions: term, language, type, typeId, dialect, dialectId");
        return keyword switch
        {
            "term" => new ConstraintFilter.Terms(keyword, Equality(), Terms()),
            "language" or "type" => new ConstraintFilter.Tokens(keyword, Equality(), Words()),
            "dialect" or "dialectId" => new ConstraintFilter.Dialect(Equality(), Dialects(keyword == "dialectId")),
            "typeId" => new ConstraintFilter.Concepts(keyword, Equality(), ConceptsOf()),
            "active" => Active(),
            _ => throw text.NotSupported($"the filter '{keyword}' of descriptions: descriptions are kept without identifier, module and time"),
        };
    }

    private ConstraintFilter ConceptFilter()
    {
        var keyword = Keyword(ConceptKeywords, "a filter of concepts: definitionStatus, definitionStatusId, moduleId, effectiveTime or active");
        return keyword switch
        {
            "definitionStatus" => new ConstraintFilter.Tokens(keyword, Equality(), Words()),
            "effectiveTime" => new ConstraintFilter.Time(Comparison(), Times()),
            "active" => Active(),
            _ => new ConstraintFilter.Concepts(keyword, Equality(), ConceptsOf()),
        };
    }

    private ConstraintFilter MemberFilter()
    {
        var field = Field();
        if (field.Equals("active", StringComparison.OrdinalIgnoreCase)) return Active();
        if (field.Equals("effectiveTime", StringComparison.OrdinalIgnoreCase)) return new ConstraintFilter.Time(Comparison(), Times());
        var at = text.Position;
        var comparison = Comparison();
        if (text.Take("#")) return new ConstraintFilter.Number(field, comparison, text.TakeNumber());
        if (comparison is not (ComparisonOperator.Equal or ComparisonOperator.NotEqual)) throw text.Expected("= or !=", at);
        var isEqual = comparison == ComparisonOperator.Equal;
        if (IsTerm()) return new ConstraintFilter.Terms(field, isEqual, Terms());
        return text.PeekWord().Length > 0 ? new ConstraintFilter.Tokens(field, isEqual, Words()) : new ConstraintFilter.Concepts(field, isEqual, ConceptsOf());
    }

    private ExpressionConstraint.Supplemented History(ExpressionConstraint focus)
    {
        if (!text.TakeWord("HISTORY")) throw text.Expected("HISTORY");
        var (profile, associations) = (HistoryProfile.Maximum, (ExpressionConstraint?)null);
        if (text.Take("-") || text.Take("_"))
        {
            profile = text.TakeWord("MIN") ? HistoryProfile.Minimum : text.TakeWord("MOD") ? HistoryProfile.Moderate : text.TakeWord("MAX") ? HistoryProfile.Maximum : throw text.Expected("MIN, MOD or MAX");
        }
        else if (text.Take("("))
        {
            associations = Expression();
            text.Require(")");
        }

        text.Require("}}");
        return new ExpressionConstraint.Supplemented(focus, profile, associations);
    }

    private string Keyword(string[] keywords, string what)
    {
        var at = text.Position;
        var word = text.TakeWhile(char.IsAsciiLetter);
        var keyword = Array.Find(keywords, each => each.Equals(word, StringComparison.OrdinalIgnoreCase)) ?? throw text.Expected(what, at);
        text.SkipBlanks();
        return keyword;
    }

    private bool Equality() => text.Take("=") || (text.Take("!=") ? false : throw text.Expected("= or !="));

    /// <summary>One word, or several in brackets, in lower case.</summary>
    private List<string> Words()
    {
        if (!text.Take("(")) return [Word()];
        var words = new List<string>();
        do words.Add(Word());
        while (!text.Take(")"));
        return words;
    }

    private string Word()
    {
        var word = text.TakeWhile(each => char.IsAsciiLetterOrDigit(each) || each == '-');
        if (word.Length == 0 || !char.IsAsciiLetter(word[0])) throw text.Expected("a word");
        text.SkipBlanks();
        return word.ToLowerInvariant();
    }

    /// <summary>Concepts beside each other in brackets are any of them; everything else is an expression.</summary>
    private ExpressionConstraint ConceptsOf()
    {
        if (text.Next != '(' || !IsListOfConcepts()) return SubExpression();
        text.Require("(");
        var concepts = new List<ExpressionConstraint>();
        do concepts.Add(new ExpressionConstraint.Concept(ConceptId()));
        while (!text.Take(")"));
        return concepts.Count == 1 ? concepts[0] : new ExpressionConstraint.Compound(ConstraintCombination.Or, concepts);
    }

    /// <summary>Whether two concepts follow one another, with nothing but a term between.</summary>
    private bool IsListOfConcepts()
    {
        var ahead = 1;
        Blanks();
        if (!char.IsAsciiDigit(text.Peek(ahead))) return false;
        while (char.IsAsciiDigit(text.Peek(ahead))) ahead++;
        Blanks();
        if (text.Peek(ahead) == '|')
        {
            do ahead++;
            while (text.Peek(ahead) is not ('|' or '\0'));
            ahead++;
            Blanks();
        }

        return char.IsAsciiDigit(text.Peek(ahead));

        void Blanks()
        {
            while (text.Peek(ahead) is ' ' or '\t' or '\r' or '\n') ahead++;
        }
    }

    private List<(string Name, IReadOnlyList<string> Acceptabilities)> Dialects(bool isById)
    {
        if (!text.Take("(")) return [Dialect(isById)];
        var dialects = new List<(string, IReadOnlyList<string>)>();
        do dialects.Add(Dialect(isById));
        while (!text.Take(")"));

        // Acceptabilities behind all of them are those of each.
        if (text.Next != '(') return dialects;
        var common = Acceptabilities();
        return [.. dialects.Select(each => (each.Item1, each.Item2.Count == 0 ? common : each.Item2))];
    }

    private (string Name, IReadOnlyList<string> Acceptabilities) Dialect(bool isById)
    {
        var name = isById ? ConceptId() : Word();
        return (name, text.Next == '(' ? Acceptabilities() : []);
    }

    private List<string> Acceptabilities()
    {
        text.Require("(");
        var acceptabilities = new List<string>();
        do acceptabilities.Add(char.IsAsciiDigit(text.Next) ? ConceptId() : Word());
        while (!text.Take(")"));
        return acceptabilities;
    }

    private List<string> Times()
    {
        if (!text.Take("(")) return [Time()];
        var times = new List<string>();
        do times.Add(Time());
        while (!text.Take(")"));
        return times;
    }

    private string Time()
    {
        var at = text.Position;
        var time = text.TakeQuoted();
        return time.Length == 0 || (time.Length == 8 && time.All(char.IsAsciiDigit)) ? time : throw text.Expected("a date of eight digits in quotation marks", at);
    }

    private ConstraintFilter.Active Active()
    {
        var isEqual = Equality();
        if (text.Take("*")) return new ConstraintFilter.Active(isEqual, null);
        if (text.Take("1") || text.TakeWord("true")) return new ConstraintFilter.Active(isEqual, true);
        if (text.Take("0") || text.TakeWord("false")) return new ConstraintFilter.Active(isEqual, false);
        throw text.Expected("1, 0, true, false or *");
    }

    private static bool IsOneOf(ReadOnlySpan<char> word, string[] keywords)
    {
        foreach (var keyword in keywords)
            if (word.Equals(keyword, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
