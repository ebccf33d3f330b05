using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>One kind of statement: what it says and where. A rule codes nothing, converts nothing and knows no drug by name.</summary>
internal interface IFactRule
{
    /// <returns>The facts of the whole document in any order; empty when it states none.</returns>
    IEnumerable<Fact> Find(Reading reading);
}
