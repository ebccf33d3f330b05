using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>An identifier that says of itself to be a URI. https://hl7.org/fhir/R4/datatypes.html#Identifier</summary>
internal static class IdentifierCheck
{
    public static void Check(Element identifier, IssueList issues)
    {
        if (identifier.Child("value") is not { } value || value.Text is not { } text || identifier.TextOf("system") != "urn:ietf:rfc:3986") return;
        if (!ReferenceText.IsAbsolute(text))
            issues.Error(IssueType.Value, "identifier-uri", value, $"The system urn:ietf:rfc:3986 says that the value is a URI, with its scheme (urn:oid:, urn:uuid:, https:); '{text}' is not.");
    }
}
