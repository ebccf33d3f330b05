using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.FhirPath.Tests.Cases;

/// <summary>One line of a case file: <c>expression => item, item</c>; nothing after the arrow is Empty; <c>error type: words</c> is a fault with those words.</summary>
public sealed record Case(string File, int Line, string Expression, string Expected)
{
    public override string ToString() => $"{File}:{Line} {Expression}";
}

internal static class CaseFile
{
    public static IEnumerable<Case> ReadAll() => Directory
        .EnumerateFiles(RepositoryRoot.Combine("tests", "Myeloma.Fhir.FhirPath.Tests", "Cases"), "*.txt").Order(StringComparer.Ordinal).SelectMany(Read);

    private static IEnumerable<Case> Read(string path)
    {
        var line = 0;
        foreach (var text in File.ReadLines(path))
        {
            line++;
            if (text.Length == 0 || text.StartsWith('#')) continue;
            var arrow = text.LastIndexOf("=>", StringComparison.Ordinal);
            yield return new Case(Path.GetFileNameWithoutExtension(path), line, text[..arrow].TrimEnd(), text[(arrow + 2)..].Trim());
        }
    }
}
