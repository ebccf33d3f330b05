using System.Text;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What a person filled into the validation page; it stays there beside the findings.</summary>
/// <param name="Resource">As text in JSON or XML, line ends as LF; empty when one is named.</param>
/// <param name="Reference">A resource of this server: <c>Patient/1</c>; empty when one is given.</param>
/// <param name="Profiles">Canonicals besides those the resource claims.</param>
internal sealed record ValidateForm(string Resource, string Reference, IReadOnlyList<string> Profiles)
{
    /// <summary>Whether anything is asked yet.</summary>
    public bool IsEmpty => Reference.Length == 0 && string.IsNullOrWhiteSpace(Resource);

    /// <summary>Reads the query of a GET, or the form of a POST.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: broken encoding; <c>too-long</c>: larger than a body may be.</exception>
    public static async Task<ValidateForm> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        var text = HttpMethods.IsPost(request.Method)
            ? Encoding.UTF8.GetString((await RequestBody.ReadAsync(request, maxBytes, cancellationToken)).Span)
            : request.QueryString.Value ?? "";
        var fields = QueryText.Parse(text);
        string Field(string name) => fields.FirstOrDefault(field => field.Key == name).Value ?? "";

        // Browsers send every line end of a text field as CR LF.
        return new ValidateForm(
            Field("resource").ReplaceLineEndings("\n"), Field("reference").Trim(), Field("profile").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
