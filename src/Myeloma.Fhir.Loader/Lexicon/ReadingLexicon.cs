namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>The words the loader reads with: drugs and their names, classes, routes, conditions, states. Data, and immutable.</summary>
public sealed class ReadingLexicon
{
    private ReadingLexicon()
    {
    }

    /// <summary>The lexicon that is embedded in the assembly, read on every call; keep the result.</summary>
    public static ReadingLexicon LoadEmbedded() => new();
}
