namespace Myeloma.Fhir.Model.Xml;

/// <summary>The namespaces that FHIR XML knows. https://hl7.org/fhir/R4/xml.html</summary>
internal static class XmlNamespaces
{
    public const string Fhir = "http://hl7.org/fhir";
    public const string Xhtml = "http://www.w3.org/1999/xhtml";
    public const string Declaration = "http://www.w3.org/2000/xmlns/";
    public const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
}
