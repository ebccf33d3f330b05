namespace Myeloma.Fhir.FhirPath.Syntax;

internal enum TokenKind
{
    End,

    /// <summary>A bare word: identifier or keyword.</summary>
    Word,

    /// <summary>An identifier in backticks; never a keyword.</summary>
    Delimited,
    String,
    Number,
    Date,
    DateTime,
    Time,

    /// <summary><c>$this</c> and its like.</summary>
    Special,
    Symbol,
}

/// <param name="Text">Unescaped for strings and identifiers; without the <c>@</c>, <c>@T</c> or <c>$</c> it began with.</param>
/// <param name="Position">Zero-based offset in UTF-16 units.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Position);
