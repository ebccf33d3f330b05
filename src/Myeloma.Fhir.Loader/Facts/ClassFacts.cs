namespace Myeloma.Fhir.Loader.Facts;

/// <summary>A class listed as one of the types of a therapy.</summary>
public sealed record ClassListedFact(ClassKey Class, string Broader, Span Span) : Fact(Span)
{
    public override string Kind => "class.listed";
}

/// <summary>A class is said to be a type of something broader ("a type of immunotherapy").</summary>
public sealed record ClassBroaderFact(ClassKey Class, string Broader, Span Span) : Fact(Span)
{
    public override string Kind => "class.broader";
}

/// <summary>How the drugs of a class are said to work; the words are the value.</summary>
/// <param name="Target">The object of "block", when there is one.</param>
public sealed record ClassMechanismFact(ClassKey Class, string Words, string? Target, Span Span) : Fact(Span)
{
    public override string Kind => "class.mechanism";
}

/// <summary>What is said of the target of a class; the words are the value.</summary>
public sealed record ClassTargetFact(ClassKey Class, string Words, Span Span) : Fact(Span)
{
    public override string Kind => "class.target";
}

/// <summary>What comes of the working of a class; the words are the value.</summary>
public sealed record ClassEffectFact(ClassKey Class, string Words, Span Span) : Fact(Span)
{
    public override string Kind => "class.effect";
}

/// <summary>The abbreviation of a class ("SINE").</summary>
public sealed record ClassAbbreviationFact(ClassKey Class, string Abbreviation, Span Span) : Fact(Span)
{
    public override string Kind => "class.abbreviation";
}
