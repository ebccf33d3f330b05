using System.Text;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What a person filled into the FHIRPath page; it stays there beside the result.</summary>
/// <param name="Expression">Empty: nothing is asked yet.</param>
/// <param name="Context">Empty: the resource itself.</param>
/// <param name="Reference">A resource of this server: <c>Patient/1</c>; empty when one is given.</param>
/// <param name="Resource">As text in JSON or XML; empty when one is named, or none is needed.</param>
/// <param name="IsStrict">Whether what can't work by the types alone is a fault.</param>
internal sealed record FhirPathForm(string Expression, string Context, string Reference, string Resource, bool IsStrict)
{
    /// <summary>Reads the query of a GET, or the form of a POST.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: broken encoding; <c>too-long</c>: larger than a body may be.</exception>
    public static async Task<FhirPathForm> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        var text = HttpMethods.IsPost(request.Method)
            ? Encoding.UTF8.GetString((await RequestBody.ReadAsync(request, maxBytes, cancellationToken)).Span)
            : request.QueryString.Value ?? "";
        var fields = QueryText.Parse(text);
        string Field(string name) => fields.FirstOrDefault(field => field.Key == name).Value ?? "";
        return new FhirPathForm(Field("expression"), Field("context").Trim(), Field("reference").Trim(), Field("resource"), Field("strict") is "on" or "true");
    }
}
